package text

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
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
	Caller        hint.Caller // how the user calls the plugin

	done int
}

// many is how many claims a person wants to read a line about each, where a
// bar shows how far it is.
const many = 50

// Handle tells one event.
func (p *Pruning) Handle(e engine.Event) {
	if e.Type == engine.EventPlan {
		return // the table has told it
	}
	live := term.Live(p.Lines)
	if live {
		_, _ = io.WriteString(p.Lines, "\r"+ansi.EraseLineRight)
	}
	switch e.Type {
	case engine.EventClaim:
		p.done++
		if !live || p.Total.Claims <= many || e.Claim.Result != engine.ClaimDeleted && !e.Claim.Stopped {
			p.line(e)
		}
	case engine.EventWarning:
		report.Say(p.Lines, "warning: "+e.Message)
	case engine.EventOutcome:
		p.outcome(e)
	}
	if live && p.done > 0 && p.done < p.Total.Claims && e.Outcome == nil {
		_, _ = io.WriteString(p.Lines, p.bar())
	}
}

func (p *Pruning) line(e engine.Event) {
	style := report.NewStyles(p.Lines, p.Color)
	claim, name, text, look := e.Claim.Claim, e.Claim.Claim.Name, string(e.Claim.Result), style.Good
	if p.AllNamespaces {
		name = claim.Namespace + "/" + name
	}
	switch e.Claim.Result {
	case engine.ClaimDeleted:
		if volume := claim.Volume; volume != "" && e.Claim.Retained {
			text += ", " + volume + " stays"
		} else if volume != "" && !p.Retain && claim.Reclaim == "" {
			text += ", nobody knows what happens to " + volume
		} else if volume != "" && !p.Retain {
			text += " with its data"
		}
		text += p.mark()
	case engine.ClaimSkipped:
		look = style.Warn
		text += ": " + e.Claim.Why
	case engine.ClaimFailed, engine.ClaimLeft:
		look = style.Bad
		text += ": " + e.Claim.Why
	}
	_, _ = fmt.Fprintln(p.Lines, style.Dim.Render(p.clock(e.Time))+" "+report.Clean(name)+" "+look.Render(report.Clean(text)))
}

// mark is what kubectl puts behind the lines of a dry run.
func (p *Pruning) mark() string {
	if p.DryRun == report.DryRunServer {
		return " (server dry run)"
	}
	return ""
}

func (p *Pruning) clock(t time.Time) string {
	if term.Live(p.Lines) {
		return t.Local().Format("15:04:05")
	}
	return t.UTC().Format("15:04:05Z")
}

// bar shows how far it is, on one line.
func (p *Pruning) bar() string {
	count := fmt.Sprintf(" %d of %d", p.done, p.Total.Claims)
	room := min(max(term.Width(p.Lines)-len(count)-1, 0), 40)
	full := room * p.done / max(p.Total.Claims, 1)
	return strings.Repeat("█", full) + strings.Repeat("░", room-full) + count
}

// outcome tells how it ended, and the commands that help.
func (p *Pruning) outcome(e engine.Event) {
	style := report.NewStyles(p.Lines, p.Color)
	o, look := e.Outcome, style.Bad
	if o.Result == engine.Done {
		look = style.Good
	}
	text := report.EndWord(o.Result) + ": " + report.Clean(o.Message) + p.mark()
	_, _ = fmt.Fprintln(p.Lines, style.Dim.Render(p.clock(e.Time))+" "+report.Each(look, report.WrapIndent(text, term.Width(p.Lines), "")))
	for _, help := range report.Helps(p.Caller, o.Try) {
		_, _ = fmt.Fprintln(p.Lines, "  "+help)
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
