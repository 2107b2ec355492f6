package cyberai_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	cyberai "github.com/cyberai/go-sdk"
	"github.com/cyberai/go-sdk/cyberaitest"
)

func client(t *testing.T, fake *cyberaitest.Server, more ...cyberai.Option) *cyberai.Client {
	t.Helper()
	options := []cyberai.Option{
		cyberai.WithBaseURL("http://127.0.0.1:1/v1"), cyberai.WithAPIKey("secret-key"),
		cyberai.WithTransport(fake), cyberai.WithBackoff(time.Millisecond),
	}
	made, err := cyberai.NewClient(append(options, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestARequestHoldsWhatIsSet(t *testing.T) {
	patch := &cyberai.VulnerabilityPatch{
		Status:   cyberai.VulnerabilityStatusFixed,
		Assignee: cyberai.Null[string](),
		Reason:   cyberai.Set("<mended>"),
		Tags:     []string{},
	}
	text, err := json.Marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	assignee, there := got["assignee"]
	if len(got) != 4 || !there || assignee != nil || got["reason"] != "<mended>" || len(got["tags"].([]any)) != 0 {
		t.Fatalf("%s", text)
	}
}

func TestACallerThatStopsIsNotATimeout(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := client(t, cyberaitest.New()).Scans.Get(ctx, "scan_1")
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestAStoppedContextEndsThePauseBeforeARetry(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	fake := cyberaitest.New().Error("", "", 503, "unavailable", "later")
	_, err := client(t, fake, cyberai.WithBackoff(time.Hour)).Scans.Get(ctx, "scan_1")
	if !errors.Is(err, context.DeadlineExceeded) || len(fake.Calls()) != 1 {
		t.Fatal(err, len(fake.Calls()))
	}
}

func TestErrorsAreTypedTwice(t *testing.T) {
	fake := cyberaitest.New().Error("GET", "/v1/scans/scan_1", 404, "not_found", "No such scan")
	_, err := client(t, fake).Scans.Get(context.Background(), "scan_1")
	var missing *cyberai.NotFoundError
	var api *cyberai.APIError
	if !errors.As(err, &missing) || !errors.As(err, &api) || api.Code != "not_found" || missing.RequestID != "req_fake" {
		t.Fatal(err)
	}
}

func TestNoTextOfAClientShowsItsKey(t *testing.T) {
	made := client(t, cyberaitest.New().BreakOff("", ""))
	_, err := made.Scans.Get(context.Background(), "scan_1")
	for _, text := range []string{made.String(), made.GoString(), err.Error()} {
		if strings.Contains(text, "secret-key") {
			t.Fatal(text)
		}
	}
}

func TestBoundsOfAClient(t *testing.T) {
	for name, option := range map[string]cyberai.Option{
		"timeout": cyberai.WithTimeout(0), "retries": cyberai.WithMaxRetries(-1),
		"backoff": cyberai.WithBackoff(-1), "agent": cyberai.WithUserAgent("a\r\nX: y"),
	} {
		_, err := cyberai.NewClient(cyberai.WithAPIKey("k"), option)
		var usage *cyberai.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWebhookOfOurOwn(t *testing.T) {
	secret, body, at := "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", []byte(`{"type":"scan.completed"}`), time.Unix(1000, 0)
	signature, err := cyberai.SignWebhook(body, "msg_1", at, secret)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	header.Set("webhook-id", "msg_1")
	header.Set("webhook-timestamp", "1000")
	header.Set("webhook-signature", signature)
	if _, err := cyberai.VerifyWebhook(body, header, secret, cyberai.WebhookNow(at)); err != nil {
		t.Fatal(err)
	}
	body[2] = 'T'
	if _, err := cyberai.VerifyWebhook(body, header, secret, cyberai.WebhookNow(at)); err == nil {
		t.Fatal("an altered body was accepted")
	}
}

func TestALongListIsHeldPageByPage(t *testing.T) {
	fake := cyberaitest.New()
	cursors := []any{"a", "b", nil}
	for _, cursor := range cursors {
		page := map[string]any{"data": []any{}, "has_more": cursor != nil, "next_cursor": cursor}
		fake.Reply("GET", "/v1/scans", 200, page)
	}
	pager := client(t, fake).Scans.List(context.Background(), nil)
	if len(fake.Calls()) != 0 {
		t.Fatal("a page was asked for before it was needed")
	}
	if pager.Next() || pager.Err() != nil || pager.Next() {
		t.Fatal(pager.Err())
	}
	if calls := fake.Calls(); len(calls) != 3 || calls[2].Query != "cursor=b" {
		t.Fatal(calls)
	}
}

func TestAListThatGoesInACircleEnds(t *testing.T) {
	page := map[string]any{"data": []any{}, "has_more": true, "next_cursor": "a"}
	_, err := client(t, cyberaitest.New().Reply("", "", 200, page)).Scans.List(context.Background(), nil).Collect()
	var invalid *cyberai.InvalidResponseError
	if !errors.As(err, &invalid) {
		t.Fatal(err)
	}
}
