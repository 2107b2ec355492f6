package cyberai

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// shape is what a type asks of a JSON value: which members must be there. Made once for each type.
type shape struct {
	nullable bool
	kind     shapeKind
	members  []member
	byName   map[string]int
	item     *shape
}

type shapeKind int

const (
	leaf shapeKind = iota // nothing can be missing inside
	structure
	list
	table
)

type member struct {
	name     string
	optional bool
	shape    *shape
}

var (
	shapes   = map[reflect.Type]*shape{}
	making   sync.Mutex
	timeType = reflect.TypeOf(time.Time{})
)

func shapeOf(kind reflect.Type) *shape {
	making.Lock()
	defer making.Unlock()
	return makeShape(kind)
}

func makeShape(kind reflect.Type) *shape {
	if known, there := shapes[kind]; there {
		return known
	}
	made := &shape{nullable: kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Interface}
	shapes[kind] = made
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind == timeType || !holdsStruct(kind) {
		return made
	}
	switch kind.Kind() {
	case reflect.Slice:
		made.kind, made.item = list, makeShape(kind.Elem())
	case reflect.Map:
		made.kind, made.item = table, makeShape(kind.Elem())
	case reflect.Struct:
		made.kind, made.byName = structure, map[string]int{}
		for index := 0; index < kind.NumField(); index++ {
			name, rest, _ := strings.Cut(kind.Field(index).Tag.Get("json"), ",")
			made.byName[name] = index
			made.members = append(made.members, member{name, rest == "omitempty", makeShape(kind.Field(index).Type)})
		}
	}
	return made
}

// holdsStruct is false where nothing can be missing inside.
func holdsStruct(kind reflect.Type) bool {
	for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice || kind.Kind() == reflect.Map {
		kind = kind.Elem()
	}
	return kind.Kind() == reflect.Struct
}

// incomplete is what is wrong with an answer, and where: `.data.0.id`.
type incomplete struct{ place, what string }

func (i *incomplete) Error() string {
	if i.place == "" {
		return "the body is " + i.what
	}
	return i.place[1:] + " is " + i.what
}

func (i *incomplete) within(name string) *incomplete {
	if i != nil {
		i.place = "." + name + i.place
	}
	return i
}

// complete checks that every required member is there. The text is valid JSON of the type: encoding/json has read it.
func complete(text []byte, kind reflect.Type) error {
	if found := (&walker{text, 0}).value(shapeOf(kind)); found != nil {
		return found
	}
	return nil
}

// walker passes once over valid JSON.
type walker struct {
	text []byte
	at   int
}

func (w *walker) value(wanted *shape) *incomplete {
	w.blanks()
	if w.text[w.at] == 'n' {
		w.skip()
		if wanted.nullable {
			return nil
		}
		return &incomplete{what: "null"}
	}
	switch wanted.kind {
	case structure:
		return w.structure(wanted)
	case list:
		return w.items(wanted.item)
	case table:
		return w.values(wanted.item)
	}
	w.skip()
	return nil
}

func (w *walker) structure(wanted *shape) *incomplete {
	var few [64]bool
	seen := few[:]
	if len(wanted.members) > len(few) {
		seen = make([]bool, len(wanted.members))
	}
	for w.enter('{', '}') {
		name := w.name()
		index, known := wanted.byName[string(name)]
		if !known {
			w.skip()
			continue
		}
		seen[index] = true
		if w.blanks(); wanted.members[index].optional && w.text[w.at] == 'n' {
			w.skip()
			continue
		}
		if found := w.value(wanted.members[index].shape); found != nil {
			return found.within(wanted.members[index].name)
		}
	}
	for index := range wanted.members {
		if !seen[index] && !wanted.members[index].optional {
			return (&incomplete{what: "missing"}).within(wanted.members[index].name)
		}
	}
	return nil
}

func (w *walker) items(wanted *shape) *incomplete {
	for index := 0; w.enter('[', ']'); index++ {
		if found := w.value(wanted); found != nil {
			return found.within(strconv.Itoa(index))
		}
	}
	return nil
}

func (w *walker) values(wanted *shape) *incomplete {
	for w.enter('{', '}') {
		name := w.name()
		if found := w.value(wanted); found != nil {
			return found.within(string(name))
		}
	}
	return nil
}

// enter stands before the next member or item of what begins with `open`; false behind its end.
func (w *walker) enter(open, end byte) bool {
	w.blanks()
	switch w.text[w.at] {
	case open, ',':
		w.at++
		w.blanks()
	}
	if w.text[w.at] != end {
		return true
	}
	w.at++
	return false
}

// name reads a member's name and the colon.
func (w *walker) name() []byte {
	start := w.at
	w.skip()
	name := w.text[start+1 : w.at-1]
	for _, character := range name {
		if character == '\\' {
			var plain string
			if json.Unmarshal(w.text[start:w.at], &plain) == nil {
				name = []byte(plain)
			}
			break
		}
	}
	w.blanks()
	w.at++
	return name
}

func (w *walker) blanks() {
	for w.at < len(w.text) && (w.text[w.at] == ' ' || w.text[w.at] == '\n' || w.text[w.at] == '\t' || w.text[w.at] == '\r') {
		w.at++
	}
}

// skip stands behind the value that begins here, after blanks.
func (w *walker) skip() {
	w.blanks()
	for depth := 0; w.at < len(w.text); {
		switch w.text[w.at] {
		case '"':
			w.quoted()
		case '{', '[':
			depth++
			w.at++
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
			w.at++
		default:
			w.plain()
		}
		if depth == 0 {
			return
		}
		for w.at < len(w.text) && strings.IndexByte(" \n\t\r,:", w.text[w.at]) >= 0 {
			w.at++
		}
	}
}

func (w *walker) quoted() {
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			w.at++
		}
	}
	w.at++
}

// plain is a number, true, false or null.
func (w *walker) plain() {
	for w.at < len(w.text) && strings.IndexByte(" \n\t\r,:]}", w.text[w.at]) < 0 {
		w.at++
	}
}
