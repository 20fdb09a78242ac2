package text

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Pruning tells a person what happens to claims while they are deleted: in lines and, on
// a terminal, with a bar.
type Pruning struct {
	Lines         io.Writer
	Color         term.ColorMode
	DryRun        report.DryRun
	Total         claims.Total
	AllNamespaces bool
	Retain        bool // volumes are kept
	Now           func() time.Time

	done int
}

// many is how many claims a person wants to read a line about each, where a
// bar shows how far it is.
const many = 50

// Handle tells what became of one claim.
func (p *Pruning) Handle(e prune.Event) {
	p.done++
	live := term.Live(p.Lines)
	if live {
		_, _ = io.WriteString(p.Lines, "\r"+ansi.EraseLineRight)
	}
	if !live || p.Total.Claims <= many || e.Result != prune.Deleted && !e.Stopped {
		p.line(e)
	}
	if live && p.done < p.Total.Claims {
		_, _ = io.WriteString(p.Lines, p.bar())
	}
}

func (p *Pruning) line(e prune.Event) {
	style := report.NewStyles(p.Lines, p.Color)
	name, text, look := e.Verdict.Claim.Name, string(e.Result), style.Good
	if p.AllNamespaces {
		name = e.Verdict.Claim.Namespace + "/" + name
	}
	switch e.Result {
	case prune.Deleted:
		if volume := e.Verdict.Claim.Volume; volume != "" && e.Retained {
			text += ", " + volume + " stays"
		} else if volume != "" && !p.Retain && e.Verdict.Claim.Reclaim == "" {
			text += ", nobody knows what happens to " + volume
		} else if volume != "" && !p.Retain {
			text += " with its data"
		}
		text += p.mark()
	case prune.Skipped:
		look = style.Warn
		text += ": " + e.Why
	case prune.Failed, prune.Left:
		look = style.Bad
		text += ": " + e.Why
	}
	_, _ = fmt.Fprintln(p.Lines, style.Dim.Render(p.clock())+" "+report.Clean(name)+" "+look.Render(report.Clean(text)))
}

// mark is what kubectl puts behind the lines of a dry run.
func (p *Pruning) mark() string {
	if p.DryRun == report.DryRunServer {
		return " (server dry run)"
	}
	return ""
}

func (p *Pruning) clock() string {
	if term.Live(p.Lines) {
		return p.Now().Local().Format("15:04:05")
	}
	return p.Now().UTC().Format("15:04:05Z")
}

// bar shows how far it is, on one line.
func (p *Pruning) bar() string {
	count := fmt.Sprintf(" %d of %d", p.done, p.Total.Claims)
	room := min(max(term.Width(p.Lines)-len(count)-1, 0), 40)
	full := room * p.done / max(p.Total.Claims, 1)
	return strings.Repeat("█", full) + strings.Repeat("░", room-full) + count
}

// End tells the summary. try are the commands that help.
func (p *Pruning) End(s prune.Summary, try ...string) {
	style := report.NewStyles(p.Lines, p.Color)
	o, look := s.Outcome(), style.Bad
	if o.Result == engine.Done {
		look = style.Good
	}
	if term.Live(p.Lines) {
		_, _ = io.WriteString(p.Lines, "\r"+ansi.EraseLineRight)
	}
	text := report.EndWord(o.Result) + ": " + report.Clean(o.Message) + p.mark()
	_, _ = fmt.Fprintln(p.Lines, style.Dim.Render(p.clock())+" "+report.Each(look, report.WrapIndent(text, term.Width(p.Lines), "")))
	for _, t := range try {
		_, _ = fmt.Fprintln(p.Lines, "  "+report.Clean(t))
	}
}

// PrintClaimTotal prints the totals, and in red what happens to the data.
func PrintClaimTotal(w io.Writer, mode term.ColorMode, dryRun report.DryRun, t claims.Total, words, fate string) {
	style := report.NewStyles(w, mode)
	mark := map[report.DryRun]string{report.DryRunClient: " (dry run)", report.DryRunServer: " (server dry run)"}[dryRun]
	if t.Claims == 0 {
		mark = ""
	}
	_, _ = fmt.Fprintln(w, style.Bold.Render(report.WrapIndent(report.Clean(words), term.Width(w), ""))+style.Dim.Render(mark))
	if fate != "" {
		_, _ = fmt.Fprintln(w, report.Each(style.Bad, report.WrapIndent(report.Clean(fate), term.Width(w), "")))
	}
}
