package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	cyberai "github.com/cyberai/go-sdk"
	"github.com/cyberai/go-sdk/cyberaitest"
)

// action is what a case does: exactly one of its first members is there.
type action struct {
	Call          string          `json:"call"`
	Raw           string          `json:"raw"`
	All           string          `json:"all"`
	Page          string          `json:"page"`
	CreateAndWait json.RawMessage `json:"create_and_wait"`
	Wait          string          `json:"wait"`
	OneLiner      json.RawMessage `json:"one_liner"`
	Events        *eventsAction   `json:"events"`
	Download      string          `json:"download"`
	Webhook       *webhookAction  `json:"webhook"`
	Config        *configAction   `json:"config"`
	Logged        *action         `json:"logged"`
	Faked         *fakedAction    `json:"faked"`

	Path    map[string]string `json:"path"`
	Query   map[string]any    `json:"query"`
	Body    json.RawMessage   `json:"body"`
	Options options           `json:"options"`
	Take    int               `json:"take"`
	Next    int               `json:"next"`
}

type options struct {
	Timeout        *float64          `json:"timeout"`
	MaxRetries     *int              `json:"max_retries"`
	Headers        map[string]string `json:"headers"`
	IdempotencyKey string            `json:"idempotency_key"`
	IfMatch        string            `json:"if_match"`
	Poll           bool              `json:"poll"`
}

func (o *options) ofCall() []cyberai.CallOption {
	found := []cyberai.CallOption{}
	if o.Timeout != nil {
		found = append(found, cyberai.Timeout(duration(o.Timeout, 0)))
	}
	if o.MaxRetries != nil {
		found = append(found, cyberai.MaxRetries(*o.MaxRetries))
	}
	for name, value := range o.Headers {
		found = append(found, cyberai.Header(name, value))
	}
	if o.IdempotencyKey != "" {
		found = append(found, cyberai.IdempotencyKey(o.IdempotencyKey))
	}
	if o.IfMatch != "" {
		found = append(found, cyberai.IfMatch(o.IfMatch))
	}
	return found
}

// carryOut is the result of the action, over a client with these further options.
func (a *action) carryOut(ctx context.Context, t *task, o *outcome, more []cyberai.Option) (any, error) {
	switch {
	case a.Webhook != nil:
		return a.Webhook.verify()
	case a.Config != nil:
		return a.Config.choose()
	case a.Logged != nil:
		return a.Logged.logged(ctx, t, o)
	case a.Faked != nil:
		return a.Faked.Then.carryOut(ctx, t, o, []cyberai.Option{cyberai.WithTransport(a.Faked.server())})
	}
	client, err := t.client(more...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	switch {
	case a.CreateAndWait != nil || a.Wait != "":
		return a.wait(ctx, client, o)
	case a.OneLiner != nil:
		return a.oneLiner(ctx, client)
	case a.Events != nil:
		return a.Events.read(ctx, client)
	case a.Download != "":
		return download(ctx, client, a.Download)
	}
	return a.operation(ctx, client)
}

func (a *action) arguments(operation string) *arguments {
	return &arguments{operation, a.Path["id"], a.Query, a.Body, a.Options.ofCall()}
}

func (a *action) operation(ctx context.Context, c *cyberai.Client) (any, error) {
	switch {
	case a.Call != "":
		return a.arguments(a.Call).one(ctx, c)
	case a.Raw != "":
		given := a.arguments(a.Raw)
		raw := &cyberai.RawResponse{}
		given.options = append(given.options, cyberai.ResponseInto(raw))
		if _, err := given.one(ctx, c); err != nil {
			return nil, err
		}
		headers := map[string]string{}
		for name := range raw.Header {
			headers[strings.ToLower(name)] = raw.Header.Get(name)
		}
		return map[string]any{"status": raw.Status, "headers": headers, "body": string(raw.Body)}, nil
	case a.All != "":
		found, err := lists[a.All](ctx, c, a.arguments(a.All))
		if err != nil {
			return nil, err
		}
		return found.take(a.Take)
	case a.Page != "":
		found, err := lists[a.Page](ctx, c, a.arguments(a.Page))
		if err != nil {
			return nil, err
		}
		page, err := found.page()
		for index := 0; index < a.Next && err == nil; index++ {
			page, err = found.page()
		}
		return page, err
	}
	return nil, fmt.Errorf("an action that this driver does not know")
}

func request(body json.RawMessage) (*cyberai.ScanRequest, error) {
	found := new(cyberai.ScanRequest)
	return found, (&arguments{body: body}).bodyInto(found)
}

func (a *action) wait(ctx context.Context, c *cyberai.Client, o *outcome) (any, error) {
	settings := []cyberai.WaitOption{
		cyberai.OnProgress(func(scan *cyberai.Scan) { o.Progress = append(o.Progress, scan.Progress.Current) }),
		cyberai.WaitAtMost(duration(a.Options.Timeout, 100)),
	}
	if a.Options.Poll {
		settings = append(settings, cyberai.Polling())
	}
	if a.Wait != "" {
		return c.Scans.Wait(ctx, a.Wait, settings...)
	}
	body, err := request(a.CreateAndWait)
	if err != nil {
		return nil, err
	}
	scan, err := c.StartScan(ctx, body)
	if err != nil {
		return nil, err
	}
	err = scan.Wait(ctx, settings...)
	if is[*cyberai.WaitTimeoutError](err) {
		if err := scan.Cancel(ctx); err != nil { // it would keep the server from the scans of other cases
			return nil, err
		}
	}
	return scan.Scan, err
}

func (a *action) oneLiner(ctx context.Context, c *cyberai.Client) (any, error) {
	body, err := request(a.OneLiner)
	if err != nil {
		return nil, err
	}
	scan, err := c.StartScan(ctx, body)
	if err != nil {
		return nil, err
	}
	if err := scan.Wait(ctx); err != nil {
		return nil, err
	}
	return scan.Vulnerabilities(ctx).Collect()
}

type eventsAction struct {
	Since     *int   `json:"since"`
	Take      int    `json:"take"`
	Transport string `json:"transport"`
}

func (a *eventsAction) read(ctx context.Context, c *cyberai.Client) (any, error) {
	stream := c.Events.Stream(ctx, &cyberai.StreamParams{AfterSeq: a.Since})
	defer stream.Close()
	events := []*cyberai.Event{}
	for len(events) < a.Take && stream.Next() {
		events = append(events, stream.Event())
	}
	return events, stream.Err()
}

func download(ctx context.Context, c *cyberai.Client, report string) (any, error) {
	folder, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "report")
	size, err := c.Reports.Download(ctx, report, path)
	found, problem := os.ReadDir(folder)
	if problem != nil {
		return nil, problem
	}
	if err != nil {
		return map[string]any{"left_over": len(found) > 0}, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(content)
	return map[string]any{"size": size, "sha256": hex.EncodeToString(digest[:]), "left_over": len(found) > 1}, nil
}

type webhookAction struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Now     int64             `json:"now"`
}

func (a *webhookAction) verify() (any, error) {
	header := http.Header{}
	for name, value := range a.Headers {
		header[name] = []string{value}
	}
	return cyberai.VerifyWebhook([]byte(a.Body), header, a.Secret, cyberai.WebhookNow(time.Unix(a.Now, 0)))
}

type configAction struct {
	Arguments   map[string]string `json:"arguments"`
	Environment map[string]string `json:"environment"`
	Files       map[string]string `json:"files"`
}

// choose makes a client in an environment of its own and looks what it sends.
func (a *configAction) choose() (any, error) {
	home, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(home)
	before := os.Environ()
	defer restore(before)
	os.Clearenv()
	os.Setenv("HOME", home)
	for name, value := range a.Environment {
		os.Setenv(name, inHome(home, value))
	}
	for path, text := range a.Files {
		path = inHome(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	fake := cyberaitest.New().Reply("GET", "/version", 200, map[string]any{})
	given := []cyberai.Option{cyberai.WithTransport(fake)}
	for name, value := range a.Arguments {
		switch name {
		case "base_url":
			given = append(given, cyberai.WithBaseURL(value))
		case "api_key":
			given = append(given, cyberai.WithAPIKey(value))
		case "profile":
			given = append(given, cyberai.WithProfile(value))
		default:
			return nil, fmt.Errorf("an argument that the SDK does not have: %s", name)
		}
	}
	client, err := cyberai.NewClient(given...)
	if err != nil {
		return nil, err
	}
	if _, err := client.Do(context.Background(), "GET", "/version", nil, nil); err != nil {
		return nil, err
	}
	key := strings.TrimPrefix(fake.Calls()[0].Header.Get("Authorization"), "Bearer ")
	return map[string]any{"base_url": client.BaseURL(), "api_key": key}, nil
}

func inHome(home, path string) string {
	if strings.HasPrefix(path, "~/") {
		return filepath.Join(home, path[2:])
	}
	return path
}

func restore(environment []string) {
	os.Clearenv()
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		os.Setenv(name, value)
	}
}

func (a *action) logged(ctx context.Context, t *task, o *outcome) (any, error) {
	var mutex sync.Mutex
	var text strings.Builder
	_, err := a.carryOut(ctx, t, o, []cyberai.Option{cyberai.WithLog(func(_ context.Context, entry cyberai.LogEntry) {
		mutex.Lock()
		defer mutex.Unlock()
		fmt.Fprintf(&text, "%v\n%+v\n", entry, struct{ cyberai.LogEntry }{entry})
	})})
	mutex.Lock()
	defer mutex.Unlock()
	return text.String(), err
}

type fakedAction struct {
	Responses []struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		JSON    json.RawMessage   `json:"json"`
		Text    string            `json:"text"`
	} `json:"responses"`
	Then *action `json:"then"`
}

func (a *fakedAction) server() *cyberaitest.Server {
	fake := cyberaitest.New()
	for _, each := range a.Responses {
		header := http.Header{}
		for name, value := range each.Headers {
			header.Set(name, value)
		}
		body := []byte(each.Text)
		if each.JSON != nil {
			body = each.JSON
		}
		fake.ReplyRaw("", "", each.Status, header, body)
	}
	return fake
}
