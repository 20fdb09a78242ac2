package text

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/charmbracelet/lipgloss"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintClaims prints a row for each claim. For a program it prints an object
// or a name each.
func PrintClaims(w io.Writer, mode term.ColorMode, format report.Format, l report.Claims) {
	switch format {
	case report.JSON, report.YAML:
		for v := range l.Shown() {
			object.WriteClaim(w, format, l, v)
		}
	case report.Name:
		for v := range l.Shown() {
			if v.Delete {
				printClaimName(w, v.Claim)
			}
		}
	default:
		printTable(w, mode, l, format == report.Wide)
	}
}

// printClaimName prints what kubectl prints with -o name.
func printClaimName(w io.Writer, c sts.Claim) {
	_, _ = fmt.Fprintln(w, "persistentvolumeclaim/"+report.Clean(c.Name))
}

func ordinalOf(v *claims.Verdict) string {
	if v.Ordinal < 0 {
		return "-"
	}
	return strconv.Itoa(v.Ordinal)
}

// idle is how long no pod has used the claim, where the server tells.
func idle(c sts.Claim, now time.Time) string {
	if c.UnusedSince.IsZero() {
		return "-"
	}
	return duration.HumanDuration(now.Sub(c.UnusedSince))
}

// reclaimWords is what happens to the volume, in red where the data dies.
func reclaimWords(style *report.Styles, c *sts.Claim) (string, *lipgloss.Style) {
	switch {
	case c.Volume == "":
		return "-", nil
	case c.Reclaim == "":
		return "unknown", &style.Bad
	case c.Reclaim == corev1.PersistentVolumeReclaimRetain:
		return string(c.Reclaim), &style.Good
	}
	return string(c.Reclaim), &style.Bad
}
