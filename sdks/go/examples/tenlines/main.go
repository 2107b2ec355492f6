// Command tenlines scans a target and prints what it found: ten lines, written from the README alone.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	cyberai "github.com/cyberai/go-sdk"
)

func main() {
	ctx := context.Background()
	client, err := cyberai.NewClient()
	orDie(err)
	scan, err := client.Scan(ctx, os.Args[1])
	orDie(err)
	orDie(scan.Wait(ctx))
	found, err := scan.Vulnerabilities(ctx).Collect()
	orDie(err)
	for _, each := range found {
		fmt.Printf("%s\t%s\n", each.Severity, each.Title)
	}
}

func orDie(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
