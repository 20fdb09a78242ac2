package text

import (
	"fmt"
	"io"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintTemplate prints the template of one revision, as YAML.
func PrintTemplate(w io.Writer, r history.Revision) error {
	text, err := podtemplate.YAML(r.Template)
	if err != nil {
		return err
	}
	_, err = io.WriteString(report.Unguarded(w), report.SpellOut(text))
	return err
}

// AboutRevision is what to know about a revision before its template, in one line.
func AboutRevision(r history.Revision, now time.Time) string {
	words := []string{
		fmt.Sprintf("# %s, %s old, %s", report.RevisionName(r), duration.HumanDuration(now.Sub(r.Created)), sts.Count(len(r.Pods), "pod")),
	}
	for _, role := range r.Roles {
		words = append(words, string(role))
	}
	if r.ChangeCause != "" {
		words = append(words, "change-cause: "+r.ChangeCause)
	}
	return report.Clean(strings.Join(words, ", "))
}

// PrintDiff prints a unified diff of the templates of two revisions.
func PrintDiff(w io.Writer, mode term.ColorMode, diff string) {
	_, _ = io.WriteString(w, Diff(w, mode, diff))
}
