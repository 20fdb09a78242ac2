package object

import (
	"bytes"
	"compress/flate"
	"io"
)

// Packed are objects that are to be written later, compressed: thousands of them look
// much alike.
type Packed struct {
	text    bytes.Buffer
	squeeze *flate.Writer
}

// Add adds what write writes.
func (p *Packed) Add(write func(io.Writer)) {
	if p.squeeze == nil {
		p.squeeze, _ = flate.NewWriter(&p.text, flate.BestSpeed) // it has no other error than an unknown level
	}
	write(p.squeeze)
}

// Write writes all of them. Nothing can be added after.
func (p *Packed) Write(w io.Writer) {
	if p.squeeze == nil {
		return
	}
	_ = p.squeeze.Close() // a buffer takes everything
	_, _ = io.Copy(w, flate.NewReader(&p.text))
}
