package cyberai

import (
	"context"
	"path/filepath"
	"strings"
)

// ScanHandle is a scan that was started, and what one does with it. It is not for concurrent use.
type ScanHandle struct {
	// Scan is its last known state.
	Scan   *Scan
	client *Client
}

// Scan starts a scan of a domain, address, network or URL.
func (c *Client) Scan(ctx context.Context, target string, options ...CallOption) (*ScanHandle, error) {
	return c.StartScan(ctx, &ScanRequest{Target: target}, options...)
}

// StartScan starts a scan with everything that can be set.
func (c *Client) StartScan(ctx context.Context, request *ScanRequest, options ...CallOption) (*ScanHandle, error) {
	scan, err := c.Scans.Create(ctx, request, options...)
	if err != nil {
		return nil, err
	}
	return &ScanHandle{scan, c}, nil
}

// ID of the scan.
func (h *ScanHandle) ID() string { return h.Scan.ID }

// Wait waits until the scan has ended; see ScansService.Wait.
func (h *ScanHandle) Wait(ctx context.Context, options ...WaitOption) error {
	scan, err := h.client.Scans.Wait(ctx, h.Scan.ID, options...)
	if scan != nil {
		h.Scan = scan
	}
	return err
}

// Refresh asks for the state as it is now.
func (h *ScanHandle) Refresh(ctx context.Context) error {
	return h.renew(h.client.Scans.Get(ctx, h.Scan.ID))
}

// Cancel ends the scan; what it found stays.
func (h *ScanHandle) Cancel(ctx context.Context) error {
	return h.renew(h.client.Scans.Cancel(ctx, h.Scan.ID))
}

func (h *ScanHandle) renew(scan *Scan, err error) error {
	if err == nil {
		h.Scan = scan
	}
	return err
}

// Vulnerabilities is what it found.
func (h *ScanHandle) Vulnerabilities(ctx context.Context, options ...CallOption) *Pager[Vulnerability] {
	return h.client.Scans.Vulnerabilities(ctx, h.Scan.ID, nil, options...)
}

// Events is what happens to it from now on.
func (h *ScanHandle) Events(ctx context.Context, options ...CallOption) *EventStream {
	return h.client.Events.Stream(ctx, &StreamParams{ScanID: h.Scan.ID}, options...)
}

// Report makes a report in the format of the file's suffix, waits for it and writes it to the file.
func (h *ScanHandle) Report(ctx context.Context, path string) (*Report, error) {
	suffix := strings.TrimPrefix(filepath.Ext(path), ".")
	formats := map[string]ReportFormat{"": "json", "md": "markdown", "htm": "html"}
	format, ok := formats[suffix]
	if !ok {
		format = ReportFormat(suffix)
	}
	report, err := h.client.Reports.Create(ctx, &ReportRequest{ScanID: h.Scan.ID, Format: format})
	if err != nil {
		return nil, err
	}
	if report, err = h.client.Reports.Wait(ctx, report.ID); err != nil {
		return report, err
	}
	_, err = h.client.Reports.Download(ctx, report.ID, path)
	return report, err
}
