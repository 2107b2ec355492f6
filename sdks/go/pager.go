package cyberai

import "context"

// Page is one page of a list.
type Page[T any] struct {
	Data       []T     `json:"data"`
	HasMore    bool    `json:"has_more"`
	NextCursor *string `json:"next_cursor"`
	// Total is there where Include asked for it; counted up to 10,001.
	Total         *int  `json:"total,omitempty"`
	TotalIsCapped *bool `json:"total_is_capped,omitempty"`
}

// Pager iterates over the members of all pages, holding one page at a time:
//
//	for pager.Next() {
//		use(pager.Value())
//	}
//	err := pager.Err()
//
// From Go 1.23 on also `for item, err := range pager.All()`. A page is asked for only when it is needed.
type Pager[T any] struct {
	ctx    context.Context
	fetch  func(ctx context.Context, cursor string) (*Page[T], error)
	cursor string
	page   *Page[T]
	index  int
	value  T
	err    error
}

func newPager[T any](ctx context.Context, cursor string, fetch func(context.Context, string) (*Page[T], error)) *Pager[T] {
	return &Pager[T]{ctx: ctx, cursor: cursor, fetch: fetch}
}

// Next goes to the next member; false at the end and after an error.
func (p *Pager[T]) Next() bool {
	for p.err == nil && (p.page == nil || p.index >= len(p.page.Data)) {
		if p.page != nil && !p.page.HasMore {
			return false
		}
		if _, err := p.NextPage(); err != nil {
			return false
		}
	}
	if p.err != nil {
		return false
	}
	p.value = p.page.Data[p.index]
	p.index++
	return true
}

// Value is the member that Next went to.
func (p *Pager[T]) Value() T { return p.value }

// Err is why Next said false; nil at the end of the list.
func (p *Pager[T]) Err() error { return p.err }

// NextPage is the next whole page, and nil after the last one. Next goes on with its members.
func (p *Pager[T]) NextPage() (*Page[T], error) {
	if p.err != nil {
		return nil, p.err
	}
	if p.page != nil {
		if !p.page.HasMore {
			return nil, nil
		}
		p.cursor = *p.page.NextCursor
	}
	page, err := p.fetch(p.ctx, p.cursor)
	if err == nil && page.HasMore && (page.NextCursor == nil || *page.NextCursor == "" || *page.NextCursor == p.cursor) {
		err = &InvalidResponseError{Status: 200, Message: "the server says that the list goes on, and names no next page"}
	}
	if err != nil {
		p.err = err
		return nil, err
	}
	p.page, p.index = page, 0
	return page, nil
}

// Collect is all that is left, in one slice.
func (p *Pager[T]) Collect() ([]T, error) {
	items := []T{}
	for p.Next() {
		items = append(items, p.Value())
	}
	return items, p.Err()
}
