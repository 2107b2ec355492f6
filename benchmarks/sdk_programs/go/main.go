// Command go measures the Go SDK beside net/http: see benchmarks/sdk_programs/__init__.py.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	cyberai "github.com/cyberai/go-sdk"
)

type settings struct {
	Mode    string `json:"mode"`
	BaseURL string `json:"base_url"`
	Key     string `json:"key"`
	Scan    string `json:"scan"`
	Calls   int    `json:"calls"`
	Rounds  int    `json:"rounds"`
	Rows    int    `json:"rows"`
	Streams int    `json:"streams"`
	First   int    `json:"first"`
}

var lines = bufio.NewScanner(os.Stdin)

func nextLine(into any) {
	if !lines.Scan() {
		log.Fatal("no further line")
	}
	orDie(json.Unmarshal(lines.Bytes(), into))
}

func say(value any) { orDie(json.NewEncoder(os.Stdout).Encode(value)) }

func main() {
	var given settings
	nextLine(&given)
	client, err := cyberai.NewClient(cyberai.WithBaseURL(given.BaseURL), cyberai.WithAPIKey(given.Key))
	orDie(err)
	map[string]func(settings, *cyberai.Client){"calls": calls, "pages": pages, "streams": streams}[given.Mode](given, client)
}

// calls: they take turns. `bare` is what a careful program does by hand; without its time limit a call may last for ever
// (`endless`).
func calls(given settings, client *cyberai.Client) {
	bare, endless := &http.Client{Timeout: 30 * time.Second}, &http.Client{}
	sides := []func(){
		func() { orDie(plain(bare, given)) },
		func() { orDie(plain(endless, given)) },
		func() {
			_, err := client.Scans.Get(context.Background(), given.Scan)
			orDie(err)
		},
	}
	found := map[string][]float64{}
	for turn := 0; turn <= given.Rounds; turn++ {
		for side, name := range []string{"bare", "endless", "sdk"} {
			spent := perCall(sides[side], given.Calls)
			if turn > 0 { // the first one warms up
				found[name] = append(found[name], spent)
			}
		}
	}
	say(found)
}

// plain is the same call without the SDK.
func plain(client *http.Client, given settings) error {
	request, err := http.NewRequest(http.MethodGet, given.BaseURL+"/scans/"+given.Scan, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+given.Key)
	request.Header.Set("Accept", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, new(cyberai.Scan))
}

// perCall is in microseconds of CPU.
func perCall(call func(), calls int) float64 {
	began := cpu()
	for at := 0; at < calls; at++ {
		call()
	}
	return (cpu() - began) / float64(calls)
}

func cpu() float64 {
	var usage syscall.Rusage
	orDie(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
}

// pages: memory after the first tenth, and at the end.
func pages(given settings, client *cyberai.Client) {
	count, early := 0, 0
	list := client.Vulnerabilities.List(context.Background(), &cyberai.ListVulnerabilitiesParams{Limit: 200})
	for list.Next() {
		if count++; count == given.Rows/10 {
			early = peakKilobytes()
		}
	}
	orDie(list.Err())
	say(map[string]int{"rows": count, "early": early, "late": peakKilobytes()})
}

func peakKilobytes() int {
	text, err := os.ReadFile("/proc/self/status")
	orDie(err)
	peak, err := strconv.Atoi(string(regexp.MustCompile(`VmHWM:\s+(\d+)`).FindSubmatch(text)[1]))
	orDie(err)
	return peak
}

// streams: all read from the first event on; said once all have `first`, and again once all have what the next line names.
func streams(given settings, client *cyberai.Client) {
	got := make([]atomic.Int64, given.Streams)
	var wrong atomic.Int64
	for index := range got {
		go func(index int) {
			stream := client.Events.Stream(context.Background(), &cyberai.StreamParams{AfterSeq: cyberai.Ptr(0)})
			for stream.Next() {
				if seq := int64(stream.Event().Seq); got[index].Swap(seq) != seq-1 {
					wrong.Add(1)
				}
			}
			orDie(stream.Err())
		}(index)
	}
	await(got, int64(given.First))
	say(map[string]int{"ready": given.Streams})
	var next struct{ Last int64 }
	nextLine(&next)
	await(got, next.Last)
	say(map[string]int{"wrong": int(wrong.Load()), "complete": given.Streams})
}

// await returns once every stream has this event.
func await(got []atomic.Int64, seq int64) {
	for index := 0; index < len(got); {
		if got[index].Load() >= seq {
			index++
			continue
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func orDie(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
