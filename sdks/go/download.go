package cyberai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// muchProgress is what a try must bring to count as a success, after which the retries begin anew.
const muchProgress = 1 << 20

// Download writes a report to a file, under another name until it is whole, and returns its size. After an error
// nothing is left, and a file that was there before is as it was.
func (s *ReportsService) Download(ctx context.Context, id, path string, options ...CallOption) (int64, error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".cyberai-*.part")
	if err != nil {
		return 0, err
	}
	size, err := s.DownloadTo(ctx, id, file, options...)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return 0, err
	}
	return size, nil
}

// DownloadTo writes a report to a writer as it comes, and returns how many bytes that were. A connection that breaks
// is taken up where it broke off. Timeout bounds a silence, not the whole.
func (s *ReportsService) DownloadTo(ctx context.Context, id string, to io.Writer, options ...CallOption) (int64, error) {
	path, err := fill("/v1/reports/{id}/download", id)
	if err != nil {
		return 0, err
	}
	settings := callOptions(options)
	settings.accept = "*/*"
	settings.header.Set("Accept-Encoding", "identity")
	d := &download{client: s.client, to: to}
	request, err := s.client.prepare(call{method: http.MethodGet, path: path}, settings)
	if err != nil {
		return 0, err
	}
	p := s.client.policyOf(settings)
	for attempt := 0; ; attempt++ {
		before := d.done
		raw, err := d.try(ctx, request, attempt)
		if raw == nil && err == nil {
			return d.done, nil
		}
		if d.done-before >= muchProgress {
			attempt = 0
		}
		pause, again := s.client.pause(p, attempt, request, raw, err)
		if !again {
			if err == nil {
				err = checkSuccess(raw, request, time.Now())
			}
			return d.done, err
		}
		if err := sleep(ctx, pause); err != nil {
			return d.done, err
		}
	}
}

// download is how far one report has come.
type download struct {
	client *Client
	to     io.Writer
	done   int64
	etag   string
}

// try is one connection: (nil, nil) when all is there, and an answer where it is an error.
func (d *download) try(ctx context.Context, request *outgoing, attempt int) (*RawResponse, error) {
	began := time.Now()
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	silence := time.AfterFunc(request.timeout, cancel)
	defer silence.Stop()
	if d.done > 0 {
		request.header.Set("Range", fmt.Sprintf("bytes=%d-", d.done))
		request.header.Set("If-Range", d.etag)
	}
	raw := &RawResponse{}
	refused, err := d.receive(limited, request, raw, func() { silence.Reset(request.timeout) })
	var writing *writeError
	switch {
	case errors.As(err, &writing):
		err = writing.err
	case err != nil:
		err = failure(ctx, limited, request, attempt, err)
	}
	d.client.tell(ctx, request, attempt, raw, err, began)
	if err != nil || !refused {
		return nil, err
	}
	return raw, nil
}

// receive reads one answer; true where it is an error with its body in `raw`.
func (d *download) receive(ctx context.Context, request *outgoing, raw *RawResponse, alive func()) (bool, error) {
	response, err := d.client.open(ctx, request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	raw.Status, raw.Header = response.StatusCode, response.Header
	if raw.Status != http.StatusOK && raw.Status != http.StatusPartialContent {
		raw.Body, err = readBody(response, mostErrorBytes)
		if raw.Status < 400 && err == nil {
			err = checkSuccess(raw, request, time.Now())
			if err == nil {
				err = strange(raw, request, fmt.Sprintf("answered %d instead of a report", raw.Status))
			}
		}
		return true, err
	}
	skip, err := d.skip(raw)
	if err != nil {
		return false, err
	}
	return false, d.copy(response.Body, skip, alive)
}

// skip is how many bytes of this answer are there already.
func (d *download) skip(raw *RawResponse) (int64, error) {
	etag := raw.Header.Get("ETag")
	if d.done > 0 && (etag == "" || etag != d.etag) {
		return 0, &InvalidResponseError{Status: raw.Status, Message: "the report changed while it was downloaded"}
	}
	d.etag = etag
	if raw.Status != http.StatusPartialContent {
		return d.done, nil
	}
	if !strings.HasPrefix(raw.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", d.done)) {
		return 0, &InvalidResponseError{Status: raw.Status, Message: "the server sent another part of the report than was asked for"}
	}
	return 0, nil
}

// writeError is one of the caller's writer: nothing to try again.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }

func (d *download) copy(body io.Reader, skip int64, alive func()) error {
	buffer := make([]byte, 64<<10)
	for {
		n, err := body.Read(buffer)
		alive()
		part := buffer[:n]
		if skip >= int64(n) {
			skip, part = skip-int64(n), nil
		} else {
			skip, part = 0, part[skip:]
		}
		if d.done+int64(len(part)) > d.client.config.maxDownload {
			return &InvalidResponseError{
				Status:  200,
				Message: fmt.Sprintf("the report is larger than %d bytes", d.client.config.maxDownload),
			}
		}
		if len(part) > 0 {
			written, failed := d.to.Write(part)
			d.done += int64(written)
			if failed != nil {
				return &writeError{failed}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
