package text

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Lines tells a run to a person, a line for each thing that happened. On a
// terminal a spinner shows what it waits for.
type Lines struct {
	w      io.Writer
	live   bool
	width  int
	style  report.Styles
	spin   *spin
	mode   term.ColorMode
	quiet  bool     // the plan was shown already
	told   []string // warnings that were shown with it
	indent string   // under a time
	asking string   // the question that stands on the last line, until there is an answer
	where  string   // which set on which cluster
	prefix string   // before each line, where there are several sets
	checks map[string]checked
	waits  bool // tell also what is waited for, when nothing is redrawn
	caller hint.Caller
}

// NewLines makes a sink that writes to w. With quiet the plan's title is left
// out, and so are the warnings that were told: they were shown with a question.
func NewLines(w io.Writer, mode term.ColorMode, quiet bool, told ...string) *Lines {
	l := &Lines{w: w, live: term.Live(w), style: report.NewStyles(w, mode), mode: mode, quiet: quiet, told: told}
	l.indent = strings.Repeat(" ", len(l.clock(time.Time{}))+1)
	l.spin = newSpin(w)
	return l
}

// Named puts a set's name before each line: several sets are told about. They
// would fight for the spinner's line.
func (l *Lines) Named(set string) *Lines {
	l.prefix, l.spin = set+": ", nil
	return l
}

// For has commands as this user types them.
func (l *Lines) For(caller hint.Caller) *Lines {
	l.caller = caller
	return l
}

// clock is the local time on a terminal and UTC elsewhere: logs of several
// machines get compared.
func (l *Lines) clock(t time.Time) string {
	if l.live {
		return t.Local().Format("15:04:05")
	}
	return t.UTC().Format("15:04:05Z")
}

// Handle shows one event.
func (l *Lines) Handle(e engine.Event) {
	l.spin.stop()
	l.width = term.Width(l.w) // of now: a run is long, and windows get moved
	question := l.open(e)
	switch e.Type {
	case engine.EventPlan:
		l.where = report.Where(e.Plan.Namespace, e.Plan.Name, e.Plan.Context)
		if !l.quiet {
			PrintHead(l.w, l.mode, e.Plan)
		}
		l.waits = e.Plan.ReadOnly && !l.live
		l.quiet = false // only the first plan was shown before
	case engine.EventWarning:
		if slices.Contains(l.told, e.Message) {
			break
		}
		l.say(e.Time, l.fold(l.style.Warn.Render("warning:")+" "+report.Clean(e.Message)))
	case engine.EventStep:
		if e.Step.Change == nil && (e.Step.Number > 0 || e.Step.Replace != nil) {
			l.say(e.Time, report.Each(l.style.Bold, l.fold(report.StepName(e.Step)+report.Clean(e.Step.Title))))
		}
	case engine.EventChange:
		l.say(e.Time, report.Each(l.style.Bold, l.fold(changeLine(e))))
	case engine.EventHook:
		l.hook(e)
	case engine.EventLeader:
		l.say(e.Time, "  "+report.Clean(e.Message))
	case engine.EventPod:
		l.pod(e)
	case engine.EventResize:
		l.resize(e)
	case engine.EventWait:
		l.wait(e)
	case engine.EventOperation:
		l.say(e.Time, report.Each(l.style.Bold, l.fold(report.Clean(e.Message))))
	case engine.EventSoak:
		l.say(e.Time, fmt.Sprintf("  all good, soaking for %s", report.Round(e.Until.Sub(e.Time))))
		l.spin.wait("soaking", e.Until)
	case engine.EventCheck:
		l.check(e)
	case engine.EventStepDone:
		l.spin.clear()
		if e.Step.Number > 0 {
			l.say(e.Time, l.style.Good.Render(fmt.Sprintf("step %d of %d passed", e.Step.Number, e.Step.Of)))
		}
	case engine.EventOutcome:
		l.outcome(e)
	case engine.EventGate:
		l.spin.clear() // the question takes its line
		question = report.GateQuestion(l.where, e.Step)
	}
	if l.asking == "" && question != "" {
		l.asking = question
		_, _ = fmt.Fprint(l.w, report.Explained(l.w, question))
	}
	l.spin.start()
}

// open returns the question that is still to be answered after the event. A line
// that comes before the answer leaves that of the question, and the question stands
// below it again; an answer ends its line by itself.
func (l *Lines) open(e engine.Event) string {
	switch e.Type {
	case engine.EventPod, engine.EventWarning:
		return l.asking
	case engine.EventOutcome:
	default:
		l.asking = ""
	}
	return ""
}

// PrintHead shows a plan before a question about it.
func PrintHead(w io.Writer, mode term.ColorMode, p *plan.Plan) {
	if p.Context != "" {
		_, _ = fmt.Fprintln(w, report.Each(report.NewStyles(w, mode).Bold, report.Fold(w, report.Where(p.Namespace, p.Name, p.Context))))
	}
	_, _ = fmt.Fprintln(w, report.Each(report.NewStyles(w, mode).Bold, report.Fold(w, p.Title)))
	for _, d := range p.Details {
		_, _ = fmt.Fprintln(w, "  "+report.WrapIndent(report.Clean(d), term.Width(w), "  "))
	}
	if p.Diff != "" {
		_, _ = io.WriteString(w, Diff(w, mode, p.Diff))
	}
	printOrdinals(w, mode, p.Ordinals, p.Made)
	printSizes(w, mode, p.Sizes)
}

func (l *Lines) say(t time.Time, text string) {
	if l.asking != "" {
		_, _ = fmt.Fprintln(l.w)
		l.asking = ""
	}
	_, _ = fmt.Fprintln(l.w, l.style.Dim.Render(l.clock(t))+" "+l.prefix+text)
}

// fold breaks a long line between words, under the time.
func (l *Lines) fold(text string) string {
	return strings.TrimPrefix(report.WrapIndent(l.prefix+text, l.width, l.indent), l.prefix)
}

// wait leaves what is waited for to the spinner. Where somebody only looks on
// and there is no spinner, what no line about a pod has said gets one, and so does
// everywhere what has not moved for a while.
func (l *Lines) wait(e engine.Event) {
	text := "waiting for " + report.Clean(e.Message)
	switch {
	case e.Message == "":
	case !e.Since.IsZero() && !l.live:
		l.say(e.Time, l.fold("  still "+text+stillWords(e)))
	case !e.Since.IsZero():
	case e.External:
		l.say(e.Time, report.Each(l.style.Warn, l.fold("  "+text)))
	case l.waits && e.Pod == nil:
		l.say(e.Time, l.fold("  "+text+untilWords(e)))
	}
	if e.Message == "" {
		l.spin.clear()
		return
	}
	until := time.Time{}
	if !e.Until.IsZero() {
		until = time.Now().Add(e.Until.Sub(e.Time))
	}
	l.spin.wait(text, until)
	l.spin.about(report.Clean(e.Reason))
	if !e.Since.IsZero() {
		l.spin.began(e.Time.Sub(e.Since))
	}
	if !e.Halts.IsZero() {
		l.spin.ends(e.Halts.Sub(e.Time))
	}
}

// stillWords say for how long something has been waited for, and how that ends.
func stillWords(e engine.Event) string {
	words := fmt.Sprintf(", for %s", report.Round(e.Time.Sub(e.Since)))
	switch {
	case !e.Until.IsZero():
		return words + untilWords(e)
	case e.Halts.IsZero():
		return words
	}
	return words + fmt.Sprintf("; the run halts in %s unless that moves", max(0, report.Round(e.Halts.Sub(e.Time))))
}

// untilWords say when a wait ends by itself.
func untilWords(e engine.Event) string {
	if e.Until.IsZero() {
		return ""
	}
	return fmt.Sprintf(" (%s left)", max(0, report.Round(e.Until.Sub(e.Time))))
}

// changeLine says what a write is for and what it was.
func changeLine(e engine.Event) string {
	change := report.Clean(e.Change.String())
	if _, edits := e.Change.(plan.Edit); !edits || e.Step == nil || report.Clean(e.Step.Title) == change {
		return change
	}
	return fmt.Sprintf("%s%s (%s)", report.StepName(e.Step), report.Clean(e.Step.Title), change)
}

// hook shows the command before a change, and what it says.
func (l *Lines) hook(e engine.Event) {
	if e.Message == "" {
		l.say(e.Time, l.style.Bold.Render(report.Clean(report.StepName(e.Step)+e.Hook.String())))
	} else {
		l.say(e.Time, "  "+l.style.Dim.Render(e.Hook.Pod+" |")+" "+report.Clean(e.Message))
	}
	l.spin.wait("running it", time.Time{})
}

// check shows a check when it has got further or says something else; what says the
// same again is left to the spinner.
func (l *Lines) check(e engine.Event) {
	t := *e.Check
	step := ""
	if e.Step != nil {
		step = e.Step.ID
	}
	was, known := l.checks[t.Check.Name]
	now := checked{step: step, state: t.State(), verdict: t.Last.Verdict, passes: min(t.Passes, t.Check.Rule.Pass), fails: t.Fails}
	if l.checks == nil {
		l.checks = map[string]checked{}
	}
	l.checks[t.Check.Name] = now
	if known && was == now {
		return
	}
	look := map[check.Verdict]lipgloss.Style{check.Pass: l.style.Good, check.Fail: l.style.Bad}
	style, ok := look[t.Last.Verdict]
	if !ok {
		style = l.style.Warn
	}
	l.say(e.Time, report.Each(style, l.fold("  "+report.CheckWords(t))))
	if e.Step != nil && t.State() != check.Good {
		l.spin.wait("measuring", time.Time{})
	}
}

// checked is how a check stood when it was shown last.
type checked struct {
	step          string
	state         check.State
	verdict       check.Verdict
	passes, fails int
}

// enoughSaid is how much of what there is to say about a pod is worth a line.
const enoughSaid = 24

// pod shows that a pod moved on. What every pod goes through within a second
// is left to the spinner; an end, a Ready that must still last, and trouble
// are worth a line.
func (l *Lines) pod(e engine.Event) {
	t := e.Pod
	says := report.Clean(t.Says())
	switch {
	case t.Trouble != nil || t.State == sts.StateTerminating:
	case !l.live && (t.State == sts.StatePending || t.State == sts.StateStarting):
		// Without a spinner to say what is waited for.
	case t.State == sts.StateReady:
		says = "Ready, Available after minReadySeconds"
	case t.State == sts.StateGone:
		says = "gone"
	case t.Good() && e.Want == 0: // a step that only waits
		says = "Available"
	case t.Good():
		says = fmt.Sprintf("Available (%d/%d)", e.Good, e.Want)
	default:
		return
	}
	between := " "
	switch {
	case !l.live && l.width > 0: // a terminal all the same
		says = strings.TrimPrefix(report.WrapIndent(t.Pod+" "+says, l.width, l.indent+"    "), t.Pod)
		between = ""
	case l.width > 0:
		room := l.width - len(l.indent) - len(l.prefix) - len(t.Pod) - 4
		if room < min(enoughSaid, ansi.StringWidth(says)) { // below its long name there is room
			between, room = "\n"+l.indent+"    ", l.width-len(l.indent)-5
		}
		// The whole sentence comes when it halts the run; see also status.
		says = report.Brief(says, report.Clean(t.Reason()), max(room, 20))
	}
	l.say(e.Time, "  "+t.Pod+between+report.Each(l.style.Pod(*t), says))
}
