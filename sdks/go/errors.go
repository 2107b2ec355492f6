package cyberai

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// APIError is an answer with a status from 400 on. Every more special error type unwraps to it, so that
// errors.As finds both.
type APIError struct {
	// Status of the answer.
	Status int
	// Code is the API's word for what is wrong, such as "invalid_request"; empty where no API answered, such as
	// a proxy's page.
	Code    string
	Message string
	// Details as they came: field, reason and more.
	Details map[string]any
	// RequestID finds the request in the server's log.
	RequestID string
	// DocURL is a page about the code, relative to the server.
	DocURL string
	// RetryAfter is what the server asks to wait; 0 where it does not say.
	RetryAfter time.Duration
	Header     http.Header
}

func (e *APIError) Error() string {
	text := fmt.Sprintf("cyberai: %d", e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	text += ": " + e.Message
	if field := e.Field(); field != "" {
		text += fmt.Sprintf(" (%s: %s)", field, e.Reason())
	}
	if e.RequestID != "" {
		text += " [request " + e.RequestID + "]"
	}
	return text
}

// Field is the path of the member that is wrong, such as "options.depth"; empty where it is none.
func (e *APIError) Field() string {
	field, _ := e.Details["field"].(string)
	return field
}

// Reason says what is wrong with the field.
func (e *APIError) Reason() string {
	reason, _ := e.Details["reason"].(string)
	return reason
}

// BadRequestError is 400: the request is not valid; see Field and Reason.
type BadRequestError struct{ *APIError }

// UnauthorizedError is 401: the key is unknown, revoked or expired.
type UnauthorizedError struct{ *APIError }

// ForbiddenError is 403: the key lacks the scope, or the target is not allowed.
type ForbiddenError struct{ *APIError }

// NotFoundError is 404.
type NotFoundError struct{ *APIError }

// ConflictError is 409: the state does not allow it; see Code.
type ConflictError struct{ *APIError }

// PreconditionFailedError is 412: it was changed since the state that IfMatch names.
type PreconditionFailedError struct{ *APIError }

// RateLimitedError is 429, after the retries; see RetryAfter.
type RateLimitedError struct{ *APIError }

// ServerError is 5xx, after the retries.
type ServerError struct{ *APIError }

// Unwrap gives the APIError.
func (e *BadRequestError) Unwrap() error { return e.APIError }

// Unwrap gives the APIError.
func (e *UnauthorizedError) Unwrap() error { return e.APIError }

// Unwrap gives the APIError.
func (e *ForbiddenError) Unwrap() error { return e.APIError }

// Unwrap gives the APIError.
func (e *NotFoundError) Unwrap() error { return e.APIError }

// Unwrap gives the APIError.
func (e *ConflictError) Unwrap() error { return e.APIError }

// Unwrap gives the APIError.
func (e *PreconditionFailedError) Unwrap() error { return e.APIError }

// Unwrap gives the APIError.
func (e *RateLimitedError) Unwrap() error { return e.APIError }

// Unwrap gives the APIError.
func (e *ServerError) Unwrap() error { return e.APIError }

// ConnectionError means that no whole answer came: refused, reset or cut short, after the retries.
type ConnectionError struct {
	Method string
	// URL without its query.
	URL string
	Err error
	// Tries is how often it was sent.
	Tries int
	// sent is false where it is certain that nothing arrived.
	sent bool
}

func (e *ConnectionError) Error() string {
	tries := ""
	if e.Tries > 1 {
		tries = fmt.Sprintf(", after %d tries", e.Tries)
	}
	hint := ""
	if !e.sent {
		hint = "; is the server running there? CYBERAI_BASE_URL, or cyberai.WithBaseURL, says where it is"
	}
	return fmt.Sprintf("cyberai: %s %s: %v%s%s", e.Method, e.URL, e.Err, tries, hint)
}

// Unwrap gives the transport's error.
func (e *ConnectionError) Unwrap() error { return e.Err }

// TimeoutError means that no whole answer came in time. It unwraps to a ConnectionError.
type TimeoutError struct{ *ConnectionError }

// Unwrap gives the ConnectionError.
func (e *TimeoutError) Unwrap() error { return e.ConnectionError }

// Timeout is true: as net.Error has it.
func (e *TimeoutError) Timeout() bool { return true }

// InvalidResponseError means that the answer is none of this API: another content type, broken JSON, a missing
// member, too large, a redirect that is not followed.
type InvalidResponseError struct {
	Status    int
	RequestID string
	Message   string
}

func (e *InvalidResponseError) Error() string { return "cyberai: " + e.Message }

// NotModifiedError is 304: what IfNoneMatch names is still the state.
type NotModifiedError struct{}

func (e *NotModifiedError) Error() string { return "cyberai: not modified" }

// WaitTimeoutError means that the time to wait was over before the end. The scan goes on.
type WaitTimeoutError struct{ What string }

func (e *WaitTimeoutError) Error() string {
	return "cyberai: " + e.What + " had not ended when the time to wait was over"
}

// ScanFailedError means that a scan that was waited for failed or was cancelled.
type ScanFailedError struct{ Scan *Scan }

func (e *ScanFailedError) Error() string {
	text := fmt.Sprintf("cyberai: scan %s ended as %s", e.Scan.ID, e.Scan.Status)
	if e.Scan.StatusReason != nil {
		text += ": " + string(*e.Scan.StatusReason)
	}
	return text
}

// ReportFailedError means that a report that was waited for could not be made.
type ReportFailedError struct{ Report *Report }

func (e *ReportFailedError) Error() string {
	text := "cyberai: report " + e.Report.ID + " failed"
	if e.Report.Error != nil {
		text += ": " + *e.Report.Error
	}
	return text
}

// SignatureError means that a webhook is not genuine.
type SignatureError struct{ Message string }

func (e *SignatureError) Error() string { return "cyberai: " + e.Message }

// UsageError is the caller's own mistake, found before anything was sent.
type UsageError struct{ Message string }

func (e *UsageError) Error() string { return "cyberai: " + e.Message }

// errorOf is the typed error of an answer; readable too where no API answered.
func errorOf(a *RawResponse, now time.Time) error {
	e := &APIError{
		Status:    a.Status,
		RequestID: a.Header.Get("X-Request-Id"),
		Header:    a.Header,
		Message:   http.StatusText(a.Status),
	}
	if wait, ok := toldWait(a.Status, a.Header, now); ok {
		e.RetryAfter = wait
	}
	if found := envelopeOf(a); found != nil {
		e.Code, e.Details, e.DocURL = found.Code, found.Details, found.DocURL
		if found.Message != "" {
			e.Message = found.Message
		}
		if found.RequestID != "" {
			e.RequestID = found.RequestID
		}
	} else {
		e.Message += fmt.Sprintf(", with %s instead of the API's error: another program answered, such as a proxy; check the base URL", orNone(mediaType(a.Header)))
	}
	return typed(e)
}

func typed(e *APIError) error {
	switch {
	case e.Status == http.StatusBadRequest:
		return &BadRequestError{e}
	case e.Status == http.StatusUnauthorized:
		return &UnauthorizedError{e}
	case e.Status == http.StatusForbidden:
		return &ForbiddenError{e}
	case e.Status == http.StatusNotFound:
		return &NotFoundError{e}
	case e.Status == http.StatusConflict:
		return &ConflictError{e}
	case e.Status == http.StatusPreconditionFailed:
		return &PreconditionFailedError{e}
	case e.Status == http.StatusTooManyRequests:
		return &RateLimitedError{e}
	case e.Status >= 500:
		return &ServerError{e}
	}
	return e
}

type envelope struct {
	Code      string         `json:"code"`
	Message   string         `json:"message"`
	Details   map[string]any `json:"details"`
	RequestID string         `json:"request_id"`
	DocURL    string         `json:"doc_url"`
}

// envelopeOf is `error` of an error answer; nil where it is not the API's.
func envelopeOf(a *RawResponse) *envelope {
	if mediaType(a.Header) != "application/json" {
		return nil
	}
	var body struct {
		Error *envelope `json:"error"`
	}
	if json.Unmarshal(a.Body, &body) != nil || body.Error == nil || body.Error.Code == "" {
		return nil
	}
	return body.Error
}

func orNone(mediaType string) string {
	if mediaType == "" {
		return "no content type"
	}
	return mediaType
}
