package report

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/charmbracelet/lipgloss"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Formats of -o that only lists of claims have.
const (
	Wide Format = "wide"
	Name Format = "name"
)

// Claims is a list of claims and what was decided about each.
type Claims struct {
	Verdicts      iter.Seq[claims.Verdict] // gone through more than once
	AllNamespaces bool
	ShowKept      bool // those that are kept are shown, too
	DryRun        DryRun
	Now           time.Time
}

// PrintClaims prints a row for each claim. For a program it prints an object
// or a name each.
func PrintClaims(w io.Writer, mode term.ColorMode, format Format, l Claims) {
	switch format {
	case JSON, YAML:
		for v := range l.shown() {
			writeObject(w, format, l.view(v))
		}
	case Name:
		for v := range l.shown() {
			if v.Delete {
				PrintClaimName(w, v)
			}
		}
	default:
		l.print(w, mode, format == Wide)
	}
}

// PrintClaimName prints what kubectl prints with -o name.
func PrintClaimName(w io.Writer, v claims.Verdict) {
	_, _ = fmt.Fprintln(w, "persistentvolumeclaim/"+Clean(v.Claim.Name))
}

// shown are the verdicts that are shown.
func (l Claims) shown() iter.Seq[claims.Verdict] {
	return func(yield func(claims.Verdict) bool) {
		for v := range l.Verdicts {
			if (l.ShowKept || v.Delete) && !yield(v) {
				return
			}
		}
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func ordinalOf(v claims.Verdict) string {
	if v.Ordinal < 0 {
		return "-"
	}
	return strconv.Itoa(v.Ordinal)
}

// idle is how long no pod has used the claim, where the server tells.
func (l Claims) idle(c sts.Claim) string {
	if c.UnusedSince.IsZero() {
		return "-"
	}
	return duration.HumanDuration(l.Now.Sub(c.UnusedSince))
}

// reclaimWords is what happens to the volume, in red where the data dies.
func reclaimWords(style styles, c sts.Claim) (string, *lipgloss.Style) {
	switch {
	case c.Volume == "":
		return "-", nil
	case c.Reclaim == "":
		return "unknown", &style.bad
	case c.Reclaim == corev1.PersistentVolumeReclaimRetain:
		return string(c.Reclaim), &style.good
	}
	return string(c.Reclaim), &style.bad
}
