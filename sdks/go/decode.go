package cyberai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// mediaType is application/json of `application/json; charset=utf-8`.
func mediaType(header http.Header) string {
	found, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil && found == "" {
		found, _, _ = strings.Cut(header.Get("Content-Type"), ";")
	}
	return strings.ToLower(strings.TrimSpace(found))
}

// decode fills `into` from the body of a success. What it does not know it passes over; a member that must be there
// and is not, or is null, is an error.
func decode(raw *RawResponse, into any) error {
	if found := mediaType(raw.Header); found != "application/json" {
		return fmt.Errorf("sent %s instead of JSON; is the base URL that of a Cyber AI server?", orNone(found))
	}
	if err := decodeStrictly(raw.Body, into); err != nil {
		return fmt.Errorf("sent what is not expected: %w", err)
	}
	return nil
}

func decodeStrictly(text []byte, into any) error {
	if err := json.Unmarshal(text, into); err != nil {
		return err
	}
	return complete(text, reflect.TypeOf(into).Elem())
}

// Nullable is a member of a change that may be left out (the zero value), set to null, or set to a value.
type Nullable[T any] struct {
	value T
	state uint8
}

// Set is a member with a value.
func Set[T any](value T) Nullable[T] { return Nullable[T]{value, 2} }

// Null is a member that is taken off.
func Null[T any]() Nullable[T] { return Nullable[T]{state: 1} }

func (n Nullable[T]) isUnset() bool { return n.state == 0 }

// MarshalJSON writes the value or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if n.state != 2 {
		return []byte("null"), nil
	}
	return json.Marshal(n.value)
}

// UnmarshalJSON reads the value or null.
func (n *Nullable[T]) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = Null[T]()
		return nil
	}
	n.state = 2
	return json.Unmarshal(text, &n.value)
}

// marshalRequest writes the members that are set. Unlike `omitempty` it writes lists that are empty and not nil.
func marshalRequest(request any) ([]byte, error) {
	value := reflect.ValueOf(request)
	var buffer bytes.Buffer
	buffer.WriteByte('{')
	for index := 0; index < value.NumField(); index++ {
		name, rest, _ := strings.Cut(value.Type().Field(index).Tag.Get("json"), ",")
		if rest == "omitempty" && isUnset(value.Field(index)) {
			continue
		}
		encoded, err := encode(value.Field(index).Interface())
		if err != nil {
			return nil, err
		}
		if buffer.Len() > 1 {
			buffer.WriteByte(',')
		}
		fmt.Fprintf(&buffer, "%q:%s", name, encoded)
	}
	buffer.WriteByte('}')
	return buffer.Bytes(), nil
}

func isUnset(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		return value.IsNil()
	case reflect.String:
		return value.Len() == 0
	}
	nullable, ok := value.Interface().(interface{ isUnset() bool })
	return ok && nullable.isUnset()
}

// queryOf is the query of a struct of parameters; nil, and what is zero, is left out. Several values of one
// parameter are separated by commas.
func queryOf(params any) string {
	value := reflect.ValueOf(params)
	if value.Kind() != reflect.Pointer || value.IsNil() {
		return ""
	}
	value = value.Elem()
	query := url.Values{}
	for index := 0; index < value.NumField(); index++ {
		if field := value.Field(index); !field.IsZero() {
			query.Set(value.Type().Field(index).Tag.Get("query"), queryText(field))
		}
	}
	return query.Encode()
}

func queryText(value reflect.Value) string {
	switch value.Kind() {
	case reflect.Pointer:
		return queryText(value.Elem())
	case reflect.Slice:
		texts := make([]string, value.Len())
		for index := range texts {
			texts[index] = queryText(value.Index(index))
		}
		return strings.Join(texts, ",")
	case reflect.Struct:
		if at, ok := value.Interface().(time.Time); ok {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return fmt.Sprint(value.Interface())
}
