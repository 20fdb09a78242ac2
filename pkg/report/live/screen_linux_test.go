package live_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/live"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// watchPlan is the plan of a watch of the set with this name.
func watchPlan(name string) engine.Event {
	return engine.Event{Type: engine.EventPlan, Plan: &plan.Plan{Verb: "watch", Namespace: "default", Name: name, ReadOnly: true}}
}

// waiting is what a watch waits for since half a minute.
func waiting(message string) engine.Event {
	return engine.Event{Type: engine.EventWait, Message: message, Time: ststest.Start.Add(-30 * time.Second)}
}

func ended(r engine.Result, message string, try ...string) engine.Event {
	return engine.Event{
		Type: engine.EventOutcome, Time: ststest.Start, Outcome: &engine.Outcome{Result: r, Message: message, Try: hinttest.List(try...)},
	}
}

// inZone puts a pod on a node of a zone.
func inZone(node, zone string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Spec.NodeName = node
		pod.Labels[corev1.LabelTopologyZone] = zone
	}
}

// halfway is a rollout of n pods of which two are through and one is on its way.
func halfway(n int) sts.Snapshot {
	at, fresh := inZone("node-3", "zone-c"), ststest.Revision(ststest.Update)
	set := ststest.Set(ststest.Updating("nginx:1.22"), ststest.Replicas(int32(n)))
	return ststest.Snapshot(set,
		ststest.Pods(0, n-3, inZone("node-1", "zone-a")),
		ststest.Pods(n-3, n-2, at, fresh, since(4*time.Second, 4*time.Second), ststest.Unready),
		ststest.Pods(n-2, n-1, at, fresh, since(14*time.Second, 5*time.Second)),
		ststest.Pods(n-1, n, at, fresh, since(24*time.Second, 15*time.Second)))
}

// since is a pod that was made and changed its readiness so long ago.
func since(made, ready time.Duration) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.CreationTimestamp.Time = ststest.Start.Add(-made)
		pod.Status.Conditions[0].LastTransitionTime.Time = ststest.Start.Add(-ready)
	}
}

// shown makes the escapes that redraw readable; other ones must not be there.
func shown(t *testing.T, text string) string {
	t.Helper()
	text = regexp.MustCompile(`\r\x1b\[(\d+)A`).ReplaceAllString(text, "<up $1>\n")
	text = strings.NewReplacer(
		"\x1b[?2026h", "<draw>\n", "\x1b[H\x1b[J", "<clear>\n", "\x1b[J\x1b[?2026l", "<drawn>\n", "\x1b[K", "",
	).Replace(text)
	require.NotContains(t, text, "\x1b")
	return text
}

func TestScreen(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	slow := waiting("web-2: running, not Ready")
	cloud := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")),
		ststest.Pods(0, 4, inZone("ip-10-0-123-45.eu-central-1.compute.internal", "eu-central-1a")),
		ststest.Pods(4, 5, inZone("ip-10-0-123-45.eu-central-1.compute.internal", "eu-central-1a"), ststest.Revision(ststest.Update),
			ststest.Waiting("ImagePullBackOff", `Back-off pulling image "registry.example.com/team/nginx:1.22": not found`)))
	tests := []struct {
		Golden string
		lines  uint16
		sets   []string
		play   func(s *live.Screen, terminal *os.File)
	}{
		{"screen-rollout", 24, []string{"web"}, func(s *live.Screen, _ *os.File) {
			s.View(0, halfway(5))
			s.Handle(0, slow)
			s.Draw(ststest.Start)
			s.View(0, ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)))
			s.Handle(0, ended(engine.Done, "all 5 pods are updated and Available"))
			s.Close(ststest.Start)
		}},
		{"screen-driven", 24, []string{"web"}, func(s *live.Screen, _ *os.File) {
			s.View(0, ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4), ststest.Annotated(
				note.RolloutAnnotation,
				`{"version":1,"run":"r","started":"2030-01-02T02:34:05Z","stable":"web-stable","steps":["1","50%","100%"],"soak":"1m0s",`+
					`"driver":{"user":"alice","host":"ci-7","process":4711,"since":"2030-01-02T02:34:05Z"}}`)),
				ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Revision(ststest.Update), since(50*time.Second, 15*time.Second))))
			soak := waiting("the soak of step 1 of 3 to end")
			soak.Until = ststest.Start.Add(45 * time.Second)
			s.Handle(0, soak)
			s.Draw(ststest.Start)
			slow := slow
			slow.Halts = ststest.Start.Add(9 * time.Minute)
			s.Handle(0, slow)
			s.Draw(ststest.Start)
		}},
		{"screen-settled-at-once", 24, []string{"web"}, func(s *live.Screen, _ *os.File) {
			s.View(0, ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)))
			s.Handle(0, ended(engine.Done, "all 5 pods are updated and Available"))
			s.Close(ststest.Start)
		}},
		{"screen-cloud-names", 24, []string{"web"}, func(s *live.Screen, _ *os.File) {
			s.View(0, cloud)
			s.Handle(0, waiting(`web-4: nginx: ImagePullBackOff: Back-off pulling image "registry.example.com/team/nginx:1.22": not found`))
			s.Handle(0, engine.Event{Type: engine.EventWarning, Time: ststest.Start, Message: "the API server answers again\x1b[2J"})
			s.Draw(ststest.Start)
			s.Handle(0, ended(engine.Halted, "web-4: nginx: ImagePullBackOff", "look closer: kubectl describe pod web-4"))
			s.Close(ststest.Start)
		}},
		{"screen-low", 12, []string{"web"}, func(s *live.Screen, _ *os.File) {
			s.View(0, halfway(200))
			s.Handle(0, slow)
			s.Draw(ststest.Start)
		}},
		{"screen-very-low", 4, []string{"web"}, func(s *live.Screen, _ *os.File) {
			s.View(0, halfway(5))
			s.Handle(0, slow)
			s.Draw(ststest.Start)
		}},
		{"screen-resized", 24, []string{"web"}, func(s *live.Screen, terminal *os.File) {
			s.View(0, halfway(5))
			s.Draw(ststest.Start)
			reporttest.Resize(t, terminal, 24, 40)
			s.Draw(ststest.Start)
		}},
		{"screen-two-sets", 40, []string{"web", "db"}, func(s *live.Screen, _ *os.File) {
			s.View(0, halfway(5))
			s.Handle(0, slow)
			s.View(1, ststest.Snapshot(ststest.Set(ststest.Replicas(1)), ststest.Pods(0, 1)))
			s.Handle(1, ended(engine.Held, "partition 1 keeps 1 of 1 pods on the old revision"))
			s.Draw(ststest.Start)
		}},
		{"screen-many-sets", 8, []string{"web", "db", "api", "mq", "kv", "log", "zk"}, func(s *live.Screen, _ *os.File) {
			s.View(0, halfway(5))
			s.Handle(0, slow)
			for i := 1; i < 6; i++ {
				s.View(i, ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)))
				s.Handle(i, ended(engine.Done, "all 5 pods are updated and Available"))
			}
			s.View(6, cloud)
			halted := ended(engine.Halted, "zk-4: nginx: ImagePullBackOff: registry.example.com does not answer, for hours")
			halted.Outcome.Trouble = &sts.Trouble{Reason: "ImagePullBackOff"}
			s.Handle(6, halted)
			s.Draw(ststest.Start)
			s.Close(ststest.Start)
		}},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
				reporttest.Resize(t, terminal, test.lines, 80)
				s := live.NewScreen(terminal, term.ColorNever, len(test.sets))
				for i, name := range test.sets {
					s.Handle(i, watchPlan(name))
				}
				test.play(s, terminal)
			})
			reporttest.Golden(t, test.Golden, shown(t, got))
		})
	}
}

// However low and narrow the terminal is, what is drawn fits on it: what would
// scroll off could never be drawn over.
func TestTheScreenFitsEveryTerminal(t *testing.T) {
	for lines := uint16(2); lines < 40; lines += 3 {
		for columns := uint16(20); columns < 140; columns += 30 {
			got := reporttest.OnTerminal(t, columns, func(terminal *os.File) {
				reporttest.Resize(t, terminal, lines, columns)
				s := live.NewScreen(terminal, term.ColorAlways, 1)
				s.View(0, halfway(30))
				s.Handle(0, waiting(strings.Repeat("something that takes a long sentence ", 5)))
				s.Draw(ststest.Start)
			})
			rows := strings.Split(strings.TrimSuffix(reporttest.Stripped(got), "\n"), "\n")
			require.Less(t, len(rows), int(lines), "lines of a terminal with %d lines and %d columns:\n%s", lines, columns, got)
			for _, row := range rows {
				require.Less(t, len([]rune(row)), int(columns), "%q", row)
			}
		}
	}
}

func TestTheScreenOfAHostileSetControlsNothing(t *testing.T) {
	got := reporttest.OnTerminal(t, 120, func(terminal *os.File) {
		s := live.NewScreen(terminal, term.ColorNever, 1)
		s.Handle(0, watchPlan("web"))
		s.View(0, reporttest.HostileSnapshot())
		s.Handle(0, waiting(reporttest.Evil))
		s.Handle(0, engine.Event{Type: engine.EventWarning, Message: reporttest.Evil})
		s.Draw(ststest.Start)
		s.Handle(0, ended(engine.Halted, reporttest.Evil, reporttest.Evil))
		s.Close(ststest.Start)
	})
	reporttest.Harmless(t, strings.NewReplacer("\r", "", "<", "").Replace(shown(t, got)))
}
