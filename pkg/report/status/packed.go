package status

import (
	"bytes"
	"compress/flate"
	"io"
)

// packed is text that is to be printed later, compressed: thousands of objects
// look much alike.
type packed struct {
	text    bytes.Buffer
	squeeze *flate.Writer
}

// add adds what write writes.
func (p *packed) add(write func(io.Writer)) {
	if p.squeeze == nil {
		p.squeeze, _ = flate.NewWriter(&p.text, flate.BestSpeed) // it has no other error than an unknown level
	}
	write(p.squeeze)
}

// print prints all of it. Nothing can be added after.
func (p *packed) print(w io.Writer) {
	if p.squeeze == nil {
		return
	}
	_ = p.squeeze.Close() // a buffer takes everything
	_, _ = io.Copy(w, flate.NewReader(&p.text))
}
