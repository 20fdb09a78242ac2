package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// Actions tells GitHub Actions what belongs at the top of a job's page, in the
// commands that its runner looks for in a log.
type Actions struct {
	w     io.Writer
	title string
}

// NewActions makes a teller for a command such as "kubectl sts canary". It
// writes below any [Guard]: these are the lines that are meant to be commands.
func NewActions(w io.Writer) *Actions { return &Actions{w: w, title: "kubectl sts"} }

// Title sets what all annotations are called.
func (a *Actions) Title(title string) { a.title = title }

// Handle tells warnings. The end comes by itself, when it is known for good.
func (a *Actions) Handle(e engine.Event) {
	if e.Type == engine.EventWarning {
		a.Warn(e.Message)
	}
}

// Warn tells something that is no reason to stop.
func (a *Actions) Warn(message string) { a.command("warning", Clean(message)) }

// End tells how the command ended, where, and what helps.
func (a *Actions) End(where string, o engine.Outcome) {
	level := "error"
	if o.Result == engine.Done || o.Result == engine.Held {
		level = "notice"
	}
	a.command(level, strings.Join(helpLines(o, where), "\n"))
}

func (a *Actions) command(level, text string) {
	_, _ = fmt.Fprintf(a.w, "::%s title=%s::%s\n", level, escapeProperty(Clean(a.title)), escapeCommand(text))
}

// escapeCommand is how a runner wants text of several lines.
func escapeCommand(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeCommand(text))
}

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
