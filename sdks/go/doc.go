// Package cyberai is the Go SDK of Cyber AI, a self-hosted security-scanning platform.
//
//	client, err := cyberai.NewClient()
//	scan, err := client.Scan(ctx, "example.com")
//	err = scan.Wait(ctx)
//	vulnerabilities, err := scan.Vulnerabilities(ctx).Collect()
//
// It needs nothing but the standard library. Address and key come from options, else from the environment
// (CYBERAI_BASE_URL, CYBERAI_API_KEY), else from a profile of the command line, else the server is
// http://127.0.0.1:8080/v1.
package cyberai

// SDKVersion is what the user agent names.
const SDKVersion = "0.1.0"
