package cyberai

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	secretPrefix   = "whsec_"
	tolerance      = 5 * time.Minute
	mostSignatures = 20
)

// WebhookEvent is a message that your server was sent.
type WebhookEvent struct {
	ID        string         `json:"id,omitempty"`
	Type      string         `json:"type"`
	Timestamp string         `json:"timestamp,omitempty"`
	Seq       int            `json:"seq,omitempty"`
	Data      map[string]any `json:"data,omitempty"`
}

// WebhookOption changes how a webhook is verified.
type WebhookOption func(*webhookConfig)

type webhookConfig struct {
	now       time.Time
	tolerance time.Duration
}

// WebhookNow takes this for the time; for tests.
func WebhookNow(now time.Time) WebhookOption { return func(c *webhookConfig) { c.now = now } }

// WebhookTolerance is how old a message may be, and how far ahead; 5 minutes by default.
func WebhookTolerance(d time.Duration) WebhookOption {
	return func(c *webhookConfig) { c.tolerance = d }
}

// VerifyWebhook is the message, decoded; SignatureError unless `secret` (whsec_...) signed exactly these bytes within
// the tolerance (Standard Webhooks, HMAC-SHA256). `body` is the request's body as it came.
func VerifyWebhook(body []byte, header http.Header, secret string, options ...WebhookOption) (*WebhookEvent, error) {
	c := webhookConfig{now: time.Now(), tolerance: tolerance}
	for _, option := range options {
		option(&c)
	}
	id, stamp, signatures := headerValue(header, "Webhook-Id"), headerValue(header, "Webhook-Timestamp"), headerValue(header, "Webhook-Signature")
	if id == "" || stamp == "" || signatures == "" {
		return nil, &SignatureError{"the headers webhook-id, webhook-timestamp and webhook-signature are not all there"}
	}
	at, err := strconv.ParseUint(stamp, 10, 50)
	if err != nil {
		return nil, &SignatureError{"webhook-timestamp is no time"}
	}
	if age := c.now.Sub(time.Unix(int64(at), 0)); age > c.tolerance || age < -c.tolerance {
		return nil, &SignatureError{"the message is too old, or the clocks differ"}
	}
	wanted, err := SignWebhook(body, id, time.Unix(int64(at), 0), secret)
	if err != nil {
		return nil, err
	}
	if !oneOf(signatures, wanted) {
		return nil, &SignatureError{"no signature fits: another secret, or the body was changed on the way"}
	}
	event := new(WebhookEvent)
	if err := json.Unmarshal(body, event); err != nil {
		return nil, &SignatureError{"the message is signed and is no event: " + err.Error()}
	}
	return event, nil
}

func oneOf(signatures, wanted string) bool {
	found := false
	for index, each := range strings.Split(signatures, " ") {
		if index < mostSignatures && hmac.Equal([]byte(each), []byte(wanted)) {
			found = true
		}
	}
	return found
}

// SignWebhook is the signature that VerifyWebhook accepts, such as `v1,K5oZ...=`; for your own tests.
func SignWebhook(body []byte, id string, at time.Time, secret string) (string, error) {
	encoded := strings.TrimRight(strings.TrimPrefix(strings.TrimSpace(secret), secretPrefix), "=")
	key, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil || len(key) == 0 {
		return "", &SignatureError{"the secret is not usable; it is written " + secretPrefix + " and base64"}
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// headerValue is the first value of a header, whatever the case of its name.
func headerValue(header http.Header, name string) string {
	if value := header.Get(name); value != "" {
		return value
	}
	for each, values := range header {
		if strings.EqualFold(each, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}
