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
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Pruning tells what happens to claims while they are deleted: lines and, on a
// terminal, a bar for a person, and if a format is asked for also objects.
type Pruning struct {
	Lines         io.Writer
	Color         term.ColorMode
	Objects       io.Writer
	Format        report.Format
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
	switch {
	case p.Format == report.JSON, p.Format == report.YAML:
		object.Write(p.Objects, p.Format, object.ViewDeletion(e, p.DryRun, p.Now()))
	case p.Format == report.Name && e.Result == prune.Deleted:
		PrintClaimName(p.Objects, e.Verdict)
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
func (p *Pruning) End(s prune.Summary, record string, try ...string) {
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
	p.object(s, o, record)
}

// PrintClaimTotal prints the totals, and in red what happens to the data. Below a
// table they are part of the answer, beside objects and names they are not.
func PrintClaimTotal(s term.Streams, mode term.ColorMode, format report.Format, dryRun report.DryRun, t claims.Total, words, fate string) {
	w := s.Out
	if format != report.Human && format != report.Wide || t.Claims == 0 {
		w = s.Err
	}
	style := report.NewStyles(w, mode)
	mark := map[report.DryRun]string{report.DryRunClient: " (dry run)", report.DryRunServer: " (server dry run)"}[dryRun]
	if t.Claims == 0 {
		mark = ""
	}
	if w == s.Out {
		_, _ = fmt.Fprintln(w)
	}
	_, _ = fmt.Fprintln(w, style.Bold.Render(report.WrapIndent(report.Clean(words), term.Width(w), ""))+style.Dim.Render(mark))
	if fate != "" {
		_, _ = fmt.Fprintln(w, report.Each(style.Bad, report.WrapIndent(report.Clean(fate), term.Width(w), "")))
	}
}

// Found tells what there would be to delete, when nothing is deleted.
func (p *Pruning) Found(message string) {
	p.object(prune.Summary{}, engine.Outcome{Result: engine.Done, Message: message}, "")
}

func (p *Pruning) object(s prune.Summary, o engine.Outcome, record string) {
	if p.Format != report.JSON && p.Format != report.YAML {
		return
	}
	object.Write(p.Objects, p.Format, object.Pruned{
		Type: "outcome", Time: p.Now().UTC(), DryRun: p.DryRun, Result: string(o.Result), Message: report.Clean(o.Message),
		Found: p.Total.Claims,
		Exit:  o.ExitCode(),
		Size:  p.Total.Size.String(), Kept: p.Total.Kept, Deleted: s.Deleted, Skipped: s.Skipped, Failed: s.Failed, Left: s.Left,
		Record: record,
	})
}
