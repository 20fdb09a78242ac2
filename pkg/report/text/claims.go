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
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintClaims prints a row for each claim; a wide one has all that is known of it,
// whatever the terminal's width.
func PrintClaims(w io.Writer, mode term.ColorMode, l report.Claims, wide bool) {
	printTable(w, mode, l, wide)
}

// PrintClaimNames prints the names of the claims that go.
func PrintClaimNames(w io.Writer, l report.Claims) {
	for v := range l.Shown() {
		if v.Delete {
			PrintClaimName(w, v.Claim)
		}
	}
}

// PrintClaimName prints what kubectl prints with -o name.
func PrintClaimName(w io.Writer, c storage.Claim) {
	_, _ = fmt.Fprintln(w, "persistentvolumeclaim/"+report.Clean(c.Name))
}

func ordinalOf(v *claims.Verdict) string {
	if v.Ordinal < 0 {
		return "-"
	}
	return strconv.Itoa(v.Ordinal)
}

// idle is how long no pod has used the claim, where the server tells.
func idle(c storage.Claim, now time.Time) string {
	if c.UnusedSince.IsZero() {
		return "-"
	}
	return duration.HumanDuration(now.Sub(c.UnusedSince))
}

// reclaimWords is what happens to the volume, in red where the data dies.
func reclaimWords(style *report.Styles, c *storage.Claim) (string, *lipgloss.Style) {
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
