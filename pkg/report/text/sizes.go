package text

import (
	"fmt"
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// printSizes shows which claims get another size.
func printSizes(w io.Writer, mode term.ColorMode, all []plan.Resize) {
	if len(all) == 0 {
		return
	}
	style := report.NewStyles(w, mode)
	rows, modifies := make([][]table.Cell, 0, len(all)), false
	for i := range all {
		rows = append(rows, sizeRow(style, &all[i]))
		modifies = modifies || all[i].Attributes != ""
	}
	header, width := []string{"CLAIM", "SIZE", "ASKS FOR", "WANTED", "ATTRIBUTES", "WHAT HAPPENS", "CLASS", "EXPANDABLE"}, term.Width(w)
	if !modifies {
		header, rows = columns(header, rows, func(i int) bool { return header[i] != "ATTRIBUTES" })
	}
	for _, name := range []string{"EXPANDABLE", "CLASS", "ASKS FOR"} {
		if width > 0 && table.LineWidth(table.Widths(header, rows)) > width {
			header, rows = columns(header, rows, func(i int) bool { return header[i] != name })
		}
	}
	shortenNames(header, rows, width)
	table.Write(w, width, header, rows)
}

func sizeRow(style report.Styles, c *plan.Resize) []table.Cell {
	what, look := sizeWords(c), &style.Good
	if c.Fate == plan.SizeLowers || c.Claim.Stage().Fails() || c.Attributes != "" && c.Claim.ModifyStage().Fails() {
		look = &style.Warn
	}
	return []table.Cell{
		{Text: c.Claim.Name},
		{Text: c.Claim.Size},
		{Text: c.Claim.Requested()},
		{Text: c.Wanted},
		{Text: attributes(c)},
		{Text: what, Style: look},
		{Text: report.OrDash(report.Clean(c.Claim.Class))},
		{Text: expandable(c.Expandable)},
	}
}

// attributes are the VolumeAttributesClass that a claim asks for and, where that is to be
// another one, that one.
func attributes(c *plan.Resize) string {
	words := report.OrDash(report.Clean(c.Claim.Attributes))
	if c.Attributes != "" && c.Attributes != c.Claim.Attributes {
		words += " to " + report.Clean(c.Attributes)
	}
	return words
}

// sizeWords are what happens to a claim, and where it stands if that is not done.
func sizeWords(c *plan.Resize) string {
	words := map[plan.SizeFate]string{
		plan.SizeGrows: "grows", plan.SizeLowers: "request lowered", plan.SizeWaits: "waited for", plan.SizeIs: "has it",
		plan.SizeStays: "attributes change",
	}[c.Fate]
	if reason := report.ResizeReason(c); reason != "" {
		words += fmt.Sprintf(" (now: %s)", reason)
	}
	return report.Clean(words)
}

func expandable(yes *bool) string {
	switch {
	case yes == nil:
		return "unknown"
	case *yes:
		return "yes"
	}
	return "no"
}

// resize shows that a claim has got its size, or is in trouble. What lies in between is
// left to the spinner, where there is one.
func (l *Lines) resize(e engine.Event) {
	c := e.Resize
	says, look := report.Clean(c.Says()), l.style.Warn
	switch c.Stage {
	case storage.ResizeDone:
		says, look = fmt.Sprintf("%s (%d/%d)", says, e.Good, e.Want), l.style.Good
	case storage.ResizeFailing, storage.ResizeInfeasible:
	case storage.ResizeAsked:
		return
	default:
		if l.live {
			return
		}
		look = l.style.Dim
	}
	l.say(e.Time, report.Each(look, l.fold("  "+says)))
}
