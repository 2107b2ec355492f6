// Opens new HTTPS connections with Go's own client, one page each, and prints the CPU microseconds per connection.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
)

func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// tlsclient URL AUTHORITY CONNECTIONS AT-A-TIME
func main() {
	authority, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots},
	}}
	connections, _ := strconv.Atoi(os.Args[3])
	atATime, _ := strconv.Atoi(os.Args[4])
	run := func(total int) {
		work := make(chan struct{})
		var group sync.WaitGroup
		for i := 0; i < atATime; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for range work {
					answer, err := client.Get(os.Args[1])
					if err != nil {
						panic(err)
					}
					io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
			}()
		}
		for i := 0; i < total; i++ {
			work <- struct{}{}
		}
		close(work)
		group.Wait()
	}
	run(connections / 10)
	before := cpu()
	run(connections)
	fmt.Println(float64(cpu()-before) / 1e3 / float64(connections))
}
