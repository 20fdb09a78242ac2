package report

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/charmbracelet/lipgloss"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintClaims prints a row for each claim. For a program it prints an object
// or a name each.
func PrintClaims(w io.Writer, mode term.ColorMode, format Format, l Claims) {
	switch format {
	case JSON, YAML:
		for v := range l.shown() {
			writeClaim(w, format, l, v)
		}
	case Name:
		for v := range l.shown() {
			if v.Delete {
				PrintClaimName(w, v)
			}
		}
	default:
		printTable(w, mode, l, format == Wide)
	}
}

// PrintClaimName prints what kubectl prints with -o name.
func PrintClaimName(w io.Writer, v claims.Verdict) {
	_, _ = fmt.Fprintln(w, "persistentvolumeclaim/"+Clean(v.Claim.Name))
}

func ordinalOf(v claims.Verdict) string {
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
