package report

import (
	"fmt"
	"io"
	"strings"
	"time"

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
		writeRevision(w, format, h, r)
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

// PrintDiff prints a unified diff of the templates of two revisions.
func PrintDiff(w io.Writer, mode term.ColorMode, format Format, h History, from, to history.Revision, diff string) {
	if format == Human {
		_, _ = io.WriteString(w, Diff(w, mode, diff))
		return
	}
	writeDiff(w, format, h, from, to, diff)
}
