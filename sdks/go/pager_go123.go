//go:build go1.23

package cyberai

import "iter"

// All iterates over the members of all pages; an error comes last, with the zero value.
func (p *Pager[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for p.Next() {
			if !yield(p.Value(), nil) {
				return
			}
		}
		if p.Err() != nil {
			var none T
			yield(none, p.Err())
		}
	}
}

// All iterates over the events; an error comes last, with nil. The stream is closed at the end of the loop.
func (s *EventStream) All() iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		defer s.Close()
		for s.Next() {
			if !yield(s.Event(), nil) {
				return
			}
		}
		if s.Err() != nil {
			yield(nil, s.Err())
		}
	}
}
