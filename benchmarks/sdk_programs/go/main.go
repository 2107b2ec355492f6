// Command go measures CPU per call of the Go SDK beside net/http alone: reads its settings from its input, prints one
// JSON object.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"syscall"

	cyberai "github.com/cyberai/go-sdk"
)

type settings struct {
	BaseURL string `json:"base_url"`
	Key     string `json:"key"`
	Scan    string `json:"scan"`
	Calls   int    `json:"calls"`
	Rounds  int    `json:"rounds"`
}

func main() {
	var given settings
	orDie(json.NewDecoder(os.Stdin).Decode(&given))
	client, err := cyberai.NewClient(cyberai.WithBaseURL(given.BaseURL), cyberai.WithAPIKey(given.Key))
	orDie(err)
	bare := &http.Client{}
	sides := []func(){
		func() { orDie(plain(bare, given)) },
		func() {
			_, err := client.Scans.Get(context.Background(), given.Scan)
			orDie(err)
		},
	}
	found := map[string][]float64{}
	for round := -1; round < given.Rounds; round++ {
		for side, name := range []string{"bare", "sdk"} {
			spent := perCall(sides[side], given.Calls)
			if round >= 0 {
				found[name] = append(found[name], spent)
			}
		}
	}
	orDie(json.NewEncoder(os.Stdout).Encode(found))
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

func orDie(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
