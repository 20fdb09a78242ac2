package lane

import (
	"bytes"
	"net/http"
)

// short is an answer that breaks off after so many bytes.
type short struct {
	http.ResponseWriter
	left int
}

func (s *short) Write(text []byte) (int, error) {
	if len(text) <= s.left {
		s.left -= len(text)
		return s.ResponseWriter.Write(text)
	}
	_, _ = s.ResponseWriter.Write(bytes.Clone(text[:s.left]))
	s.Flush()
	panic(http.ErrAbortHandler)
}

// Flush is passed on, or a watch would say nothing until it ends.
func (s *short) Flush() {
	if f, ok := s.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
