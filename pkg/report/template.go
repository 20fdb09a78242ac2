package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintTemplate prints the template of one revision: as YAML for a person, and
// along with all that is known about the revision for a program.
func PrintTemplate(w io.Writer, format Format, h History, r history.Revision) error {
	if format != Human {
		writeObject(w, format, templateView{
			Type: "revision", Time: h.Now.UTC(), DryRun: DryRunNone, Set: h.set(), revisionView: viewRevision(&r), Template: r.Template,
		})
		return nil
	}
	text, err := podtemplate.YAML(r.Template)
	if err != nil {
		return err
	}
	_, err = io.WriteString(Unguarded(w), spellOut(text))
	return err
}

// AboutRevision is what to know about a revision before its template, in one line.
func AboutRevision(r history.Revision, now time.Time) string {
	words := []string{
		fmt.Sprintf("# %s, %s old, %s", RevisionName(r), duration.HumanDuration(now.Sub(r.Created)), sts.Count(len(r.Pods), "pod")),
	}
	for _, role := range r.Roles {
		words = append(words, string(role))
	}
	if r.ChangeCause != "" {
		words = append(words, "change-cause: "+r.ChangeCause)
	}
	return Clean(strings.Join(words, ", "))
}

// RevisionName is a revision's number, which may move, and its name, which stays.
func RevisionName(r history.Revision) string {
	if r.Gone {
		return "revision " + r.Name
	}
	return fmt.Sprintf("revision %d (%s)", r.Number, r.Name)
}

// PrintDiff prints a unified diff of the templates of two revisions.
func PrintDiff(w io.Writer, mode term.ColorMode, format Format, h History, from, to history.Revision, diff string) {
	if format == Human {
		_, _ = io.WriteString(w, Diff(w, mode, diff))
		return
	}
	writeObject(w, format, diffView{
		Type: "diff", Time: h.Now.UTC(), DryRun: DryRunNone, Set: h.set(),
		From: shortView{from.Number, Clean(from.Name)}, To: shortView{to.Number, Clean(to.Name)}, Diff: spellOut(diff),
	})
}

// Diff is a unified diff as it may be shown on a stream: with colour where
// there is colour.
func Diff(w io.Writer, mode term.ColorMode, diff string) string {
	style := newStyles(w, mode)
	lines := strings.SplitAfter(spellOut(diff), "\n")
	for i, line := range lines {
		text, ended := strings.CutSuffix(line, "\n")
		look := lipgloss.NewStyle()
		switch {
		case i < 2: // what is compared
			look = style.bold
		case strings.HasPrefix(text, "@@"):
			look = style.dim
		case strings.HasPrefix(text, "+"):
			look = style.good
		case strings.HasPrefix(text, "-"):
			look = style.bad
		}
		if text != "" {
			text = look.TabWidth(lipgloss.NoTabConversion).Render(text)
		}
		if ended {
			text += "\n"
		}
		lines[i] = text
	}
	return strings.Join(lines, "")
}
