package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"

	cyberai "github.com/cyberai/go-sdk"
)

// errNotTyped means that the method of an operation cannot be given these arguments: the compiler refuses them.
var errNotTyped = errors.New("the typed method does not take this")

// arguments are those of one operation.
type arguments struct {
	operation string
	id        string
	query     map[string]any
	body      json.RawMessage
	options   []cyberai.CallOption
}

func (a *arguments) noBody() error  { return refuse(a.body != nil) }
func (a *arguments) noQuery() error { return refuse(len(a.query) > 0) }

func refuse(given bool) error {
	if given {
		return errNotTyped
	}
	return nil
}

// bodyInto fills a struct, if it says all that the body says.
func (a *arguments) bodyInto(into any) error {
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if decoder.Decode(into) != nil {
		return errNotTyped
	}
	again, err := json.Marshal(into)
	if err != nil {
		return err
	}
	var wanted, got any
	if json.Unmarshal(a.body, &wanted) != nil || json.Unmarshal(again, &got) != nil {
		return errNotTyped
	}
	return refuse(!reflect.DeepEqual(wanted, got))
}

// queryInto fills a struct of parameters.
func (a *arguments) queryInto(into any) error {
	value := reflect.ValueOf(into).Elem()
	taken := 0
	for index := 0; index < value.NumField(); index++ {
		given, ok := a.query[value.Type().Field(index).Tag.Get("query")]
		if !ok {
			continue
		}
		taken++
		if _, isList := given.([]any); !isList && value.Field(index).Kind() == reflect.Slice {
			given = []any{given}
		}
		encoded, err := json.Marshal(given)
		if err != nil {
			return err
		}
		if json.Unmarshal(encoded, value.Field(index).Addr().Interface()) != nil {
			return errNotTyped
		}
	}
	return refuse(taken != len(a.query))
}

// key is the name of the call.
func (a *arguments) key() string {
	if a.operation == "createScan" && a.query["dry_run"] == true {
		delete(a.query, "dry_run")
		return "createScan?dry_run=true"
	}
	return a.operation
}

// one is the answer of an operation: of a list its first page.
func (a *arguments) one(ctx context.Context, c *cyberai.Client) (any, error) {
	query := map[string]any{}
	for name, value := range a.query {
		query[name] = value
	}
	var result any
	var err error
	if list, ok := lists[a.operation]; ok {
		var found pages
		if found, err = list(ctx, c, a); err == nil {
			return found.page()
		}
	} else if call, ok := calls[a.key()]; ok {
		result, err = call(ctx, c, a)
	} else {
		return nil, fmt.Errorf("no method for %s", a.operation)
	}
	if !errors.Is(err, errNotTyped) {
		return result, err
	}
	a.query = query
	return a.untyped(ctx, c)
}

// untyped makes the request with Client.Do, as one does for what the types do not know.
func (a *arguments) untyped(ctx context.Context, c *cyberai.Client) (any, error) {
	for _, operation := range cyberai.Operations {
		if operation.ID != a.operation {
			continue
		}
		query := url.Values{}
		for name, value := range a.query {
			query.Set(name, fmt.Sprint(value))
		}
		var body any
		if a.body != nil {
			body = a.body
		}
		path := strings.Replace(operation.Path, "{id}", url.PathEscape(a.id), 1)
		raw, err := c.Do(ctx, operation.HTTPMethod, path, query, body, a.options...)
		if err != nil {
			return nil, err
		}
		return json.RawMessage(raw.Body), nil
	}
	return nil, fmt.Errorf("no operation %s", a.operation)
}

// pages is a pager of any type.
type pages interface {
	page() (any, error)
	take(most int) ([]any, error)
}

type listed[T any] struct{ *cyberai.Pager[T] }

func (l listed[T]) page() (any, error) {
	found, err := l.NextPage()
	if err == nil && found == nil {
		return nil, errors.New("there is no further page")
	}
	return found, err
}

func (l listed[T]) take(most int) ([]any, error) {
	items := []any{}
	for (most == 0 || len(items) < most) && l.Next() {
		items = append(items, l.Value())
	}
	return items, l.Err()
}
