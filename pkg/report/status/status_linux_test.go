package status_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestStatusFitsTheTerminal(t *testing.T) {
	long := strings.Repeat("the volume web-data is attached to another node; ", 6)
	tests := []struct {
		Golden string
		change func(*corev1.Pod)
	}{
		{"status-80-long-message", ststest.Waiting("CreateContainerError", long)},
		{"status-80-wide-characters", func(pod *corev1.Pod) {
			ststest.Waiting("ErrImagePull", strings.Repeat("画像が見つかりません。", 10))(pod)
			pod.Spec.NodeName = "節点-一"
		}},
		{"status-80-long-names", func(pod *corev1.Pod) {
			ststest.Waiting("CrashLoopBackOff", "back-off")(pod)
			pod.Spec.NodeName = "ip-10-0-123-45.eu-central-1.compute.internal"
		}},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			pods := [][]*corev1.Pod{ststest.Pods(0, 4), {ststest.Pod(4, test.change)}}
			st := statusOf(ststest.Snapshot(ststest.Set(), pods...), halted("trouble: web-4: "+long))

			got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
				status.Print(terminal, term.ColorNever, st)
			})

			reporttest.Golden(t, test.Golden, got)
		})
	}
}

// A wide character that stands where a line is cut is not halved, and takes no
// column too many.
func TestTroubleIsCutToFitWhereverItsWideCharactersStand(t *testing.T) {
	for width := uint16(78); width < 83; width++ {
		waiting := ststest.Waiting("ErrImagePull", strings.Repeat("画像が見つかりません。", 10))
		bad := []*corev1.Pod{ststest.Pod(4, waiting)}
		st := statusOf(ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), bad), halted("trouble: web-4"))
		got := reporttest.OnTerminal(t, width, func(terminal *os.File) {
			status.Print(terminal, term.ColorNever, st)
		})
		for line := range strings.Lines(got) {
			require.LessOrEqual(t, ansi.StringWidth(strings.TrimSpace(line)), int(width), line)
		}
		require.Contains(t, got, "nginx: ErrImagePull: …")
	}
}

func TestPodsWithLongNamesFitTheTerminal(t *testing.T) {
	bad := ststest.Pod(4, ststest.Waiting("CrashLoopBackOff", "back-off"))
	st := judged("data", reporttest.LongName, nil, ststest.Set(), ststest.Pods(0, 4), []*corev1.Pod{bad})
	for _, width := range []uint16{200, 80, 60} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			got := reporttest.OnTerminal(t, width, func(terminal *os.File) {
				status.Print(terminal, term.ColorNever, st)
			})

			reporttest.Golden(t, fmt.Sprintf("status-%d-long-set", width), got)
			_, table, _ := strings.Cut(got, "\n\n")
			table, _, _ = strings.Cut(table, "\n\n")
			reporttest.Fits(t, table, int(width))
		})
	}
}
