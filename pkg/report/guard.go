package report

import (
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// GuardJSON keeps what is in quotes in JSON from being a command to GitHub's runner:
// wherever it stands in a line, ##[ is one. See [Guard].
func GuardJSON(text string) string { return strings.ReplaceAll(text, "##[", `#\u0023[`) }

// Guard keeps lines from being commands to GitHub's runner, whatever text from
// the cluster is in them: those that begin with ::, behind any white space, and
// those that have ##[ anywhere. A space goes in between.
type Guard struct {
	w      io.Writer
	inside bool // of a line, behind white space
	last   string
	part   []byte // of a character whose other bytes come with the next write
}

// NewGuard makes a writer that guards w.
func NewGuard(w io.Writer) *Guard { return &Guard{w: w} }

// Write writes text that is no command.
func (g *Guard) Write(text []byte) (int, error) {
	written := len(g.part)
	rest := slices.Concat(g.part, text)
	out := make([]byte, 0, len(rest))
	for utf8.FullRune(rest) {
		r, size := utf8.DecodeRune(rest)
		if r == ':' && g.last == ":" && !g.inside || r == '[' && g.last == "##" {
			out = append(out, ' ')
		}
		out = append(out, rest[:size]...)
		rest = rest[size:]
		g.note(r)
	}
	// Bytes are not held back: what they are a part of needs no space before it.
	g.part, out = rest, append(out, rest...)
	if _, err := g.w.Write(out[written:]); err != nil {
		return 0, err
	}
	return len(text), nil
}

// note remembers as much of a line as matters for what comes.
func (g *Guard) note(r rune) {
	switch {
	case r == '\n', r == '\r':
		g.inside, g.last = false, ""
	case r == ':' && !g.inside && g.last == "":
		g.last = ":"
	case r == '#' && strings.HasPrefix(g.last, "#"):
		g.inside, g.last = true, "##"
	case r == '#':
		g.inside, g.last = true, "#"
	case !g.inside && g.last == "" && (unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)):
	default:
		g.inside, g.last = true, ""
	}
}

// Unguarded is the writer below a guard: for text that is an answer to be kept
// in a file, and must not be changed.
func Unguarded(w io.Writer) io.Writer {
	if g, ok := w.(*Guard); ok {
		return g.w
	}
	return w
}
