package report

import (
	"fmt"
	"io"
	"slices"
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
	Verdicts      []claims.Verdict
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
		for _, v := range l.shown() {
			writeObject(w, format, l.view(v))
		}
	case Name:
		for _, v := range l.shown() {
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

// reasonRoom is how much of a reason is shown on any terminal.
const reasonRoom = 40

func (l Claims) shown() []claims.Verdict {
	if l.ShowKept {
		return l.Verdicts
	}
	return slices.DeleteFunc(slices.Clone(l.Verdicts), func(v claims.Verdict) bool { return !v.Delete })
}

func (l Claims) print(w io.Writer, mode term.ColorMode, wide bool) {
	style, width := newStyles(w, mode), term.Width(w)
	if wide {
		width = 0
	}
	shown := l.shown()
	if len(shown) == 0 {
		return
	}
	columns := l.columns(style, shown, wide)
	if width > 0 {
		// The reason is what decides: other columns go before it is cut much.
		whole := min(columns[len(columns)-1].width(), reasonRoom)
		columns = leaveOut(columns, width, whole, func(c listColumn) bool { return c.spare > 0 })
		columns = fit(columns, width)
	}
	header, rows := []string(nil), make([][]cell, len(shown))
	for _, c := range columns {
		header = append(header, c.header)
		for i := range rows {
			rows[i] = append(rows[i], c.cells[i])
		}
	}
	writeTable(w, width, header, rows)
}

func (l Claims) columns(style styles, shown []claims.Verdict, wide bool) []listColumn {
	verdict, namespace := listColumn{header: "VERDICT", keep: true}, listColumn{header: "NAMESPACE", least: 9, keep: true}
	name, set := listColumn{header: "CLAIM", least: 16, keep: true}, listColumn{header: "SET", spare: 6}
	ordinal, size := listColumn{header: "ORDINAL", spare: 5}, listColumn{header: "SIZE", spare: 1}
	class, volume := listColumn{header: "CLASS", spare: 7}, listColumn{header: "VOLUME", spare: 8}
	age, idle := listColumn{header: "AGE", spare: 2}, listColumn{header: "IDLE", spare: 3}
	reclaim, reason, uid := listColumn{header: "RECLAIM", keep: true}, listColumn{header: "REASON", keep: true}, listColumn{header: "UID"}
	for _, v := range shown {
		c := v.Claim
		look, word := style.good, "keep"
		if v.Delete {
			look, word = style.warn, "delete"
		}
		verdict.add(word, &look)
		namespace.add(c.Namespace, nil)
		name.add(c.Name, nil)
		set.add(orDash(v.Set), nil)
		ordinal.add(ordinalOf(v), nil)
		size.add(c.Size, nil)
		class.add(orDash(c.Class), nil)
		age.add(duration.HumanDuration(l.Now.Sub(c.Created)), nil)
		idle.add(l.idle(c), nil)
		volume.add(orDash(c.Volume), nil)
		words, dies := reclaimWords(style, c)
		if !v.Delete {
			dies = nil // nothing happens to it
		}
		reclaim.add(words, dies)
		uid.add(string(c.UID), nil)
		reason.add(v.Reason, nil)
	}
	columns := []listColumn{name, set, ordinal, size, class, age, idle, volume, reclaim}
	if l.AllNamespaces {
		columns = slices.Insert(columns, 0, namespace)
	}
	if l.ShowKept {
		columns = slices.Insert(columns, 0, verdict)
	}
	if wide {
		columns = append(columns, uid)
	}
	return append(columns, reason)
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

// reclaimWords is what becomes of the volume, in red where the data dies.
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
