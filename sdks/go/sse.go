package cyberai

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// serverSentEvent is one event of a stream of server-sent events.
type serverSentEvent struct {
	kind, data string
	// retry is the pause before a reconnect that the server asks for, 0 where it does not say.
	retry time.Duration
}

// sseReader reads events; an event of more than limit bytes is an error.
type sseReader struct {
	source *bufio.Reader
	limit  int
}

func newSSEReader(source io.Reader, limit int) *sseReader {
	return &sseReader{bufio.NewReaderSize(source, 16<<10), limit}
}

// next is the next event that has data or a pause; the source's error, io.EOF included, where it ends before.
func (r *sseReader) next() (*serverSentEvent, error) {
	event, data, size := &serverSentEvent{kind: "message"}, []string(nil), 0
	for {
		line, err := r.line(r.limit - size)
		if err != nil {
			return nil, err
		}
		if line == "" {
			if data != nil || event.retry > 0 {
				event.data = strings.Join(data, "\n")
				return event, nil
			}
			event, size = &serverSentEvent{kind: "message"}, 0
			continue
		}
		if line[0] == ':' {
			continue
		}
		size += len(line)
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "data":
			data = append(data, value)
		case "event":
			event.kind = value
		case "retry":
			if milliseconds, err := strconv.ParseUint(value, 10, 24); err == nil {
				event.retry = time.Duration(milliseconds) * time.Millisecond
			}
		}
	}
}

// line is the next line without its end.
func (r *sseReader) line(limit int) (string, error) {
	var line []byte
	for {
		part, err := r.source.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit+2 {
			return "", &InvalidResponseError{Status: 200, Message: fmt.Sprintf("an event is larger than %d bytes", r.limit)}
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return "", err
		}
		return string(bytes.TrimRight(line, "\r\n")), nil
	}
}
