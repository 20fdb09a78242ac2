package kube_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const (
	logPath = kubetest.PodsPath + "/web-4/log"
)

// plain answers with text that is no object.
func plain(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, body)
	}
}

// crashed is web-4 in a crash loop, on a node that is there.
func crashed(t *testing.T) *kubetest.Server {
	t.Helper()
	s := kubetest.NewServer(t)
	t.Cleanup(s.Close)
	s.On(http.MethodGet, kubetest.PodsPath,
		kubetest.List(ststest.Pod(4, ststest.Waiting("CrashLoopBackOff", "back-off"), func(p *corev1.Pod) {
			p.Status.ContainerStatuses[0].RestartCount = 2
			p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
		})))
	s.On(http.MethodGet, kubetest.EventsPath, kubetest.List(&corev1.Event{
		Reason: "Unhealthy", Message: "Readiness probe failed", InvolvedObject: corev1.ObjectReference{UID: "web-4-uid"},
	}))
	s.On(http.MethodGet, kubetest.NodePath, kubetest.Object(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}}))
	s.On(http.MethodGet, logPath, plain("starting\n\x1b[31mFATAL: no config\n"))
	return s
}

// evidence is that of a crashed pod, changed.
func evidenceWith(change func(*evidence.Evidence)) *evidence.Evidence {
	since := ststest.Start.Add(-time.Hour)
	e := &evidence.Evidence{
		UID:       "web-4-uid",
		Container: "nginx", Image: "nginx:1.21", Node: "node-1", Since: &since, Restarts: 2, Exit: &evidence.Exit{Code: 1},
		Probe: "Readiness probe failed", Log: []string{"starting", "FATAL: no config"}, Previous: true,
	}
	change(e)
	return e
}

func TestEvidenceIsReadFromPodEventsNodeAndLog(t *testing.T) {
	s := crashed(t)
	require.Equal(t, evidenceWith(func(*evidence.Evidence) {}), s.Client().Evidence(t.Context(), "web-4", "nginx"))
	require.ElementsMatch(t, kubetest.Reads(
		"GET "+kubetest.NodePath,
		"GET "+kubetest.PodsPath+"?fieldSelector=metadata.name=web-4",
		"GET "+logPath+"?container=nginx&previous=true&tailLines=40",
		"GET "+kubetest.EventsPath+"?fieldSelector=involvedObject.kind=Pod,involvedObject.name=web-4,"+
			"involvedObject.uid=web-4-uid,reason=Unhealthy",
	), s.Requests())
}

func TestEvidenceThatCanNotBeReadIsLeftOut(t *testing.T) {
	tests := []struct {
		name   string
		change func(*kubetest.Server)
		want   *evidence.Evidence
	}{
		{
			"a log that may not be read", func(s *kubetest.Server) {
				s.On(http.MethodGet, logPath, kubetest.Forbidden("jo", "get", "pods/log", ""))
			},
			evidenceWith(func(e *evidence.Evidence) { e.Log, e.Previous, e.NoLog = nil, false, true }),
		},
		{
			"events and nodes that may not be read", func(s *kubetest.Server) {
				s.On(http.MethodGet, kubetest.EventsPath, kubetest.Forbidden("jo", "list", "events", ""))
				s.On(http.MethodGet, kubetest.NodePath, kubetest.Forbidden("jo", "get", "nodes", ""))
			},
			evidenceWith(func(e *evidence.Evidence) { e.Probe = "" }),
		},
		{
			"a kubelet that has no log before", func(s *kubetest.Server) {
				s.On(http.MethodGet, logPath, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Query().Get("previous") == "true" {
						kubetest.Failure(http.StatusBadRequest, "previous terminated container not found")(w, r)
						return
					}
					plain("panic: now")(w, r)
				})
			},
			evidenceWith(func(e *evidence.Evidence) { e.Log, e.Previous = []string{"panic: now"}, false }),
		},
		{
			"a node that is lost", func(s *kubetest.Server) {
				s.On(http.MethodGet, kubetest.NodePath,
					kubetest.Object(&corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{
						Type: corev1.NodeReady, Status: corev1.ConditionUnknown, LastTransitionTime: metav1.NewTime(ststest.Start),
					}}}}))
			},
			evidenceWith(func(e *evidence.Evidence) { at := ststest.Start; e.NodeLost = &at }),
		},
		{
			"only the end of a long log", func(s *kubetest.Server) {
				s.On(http.MethodGet, logPath, plain(strings.Repeat("x", 400<<10)+"\nFATAL: full\n"))
			},
			evidenceWith(func(e *evidence.Evidence) {
				e.Log = []string{strings.Repeat("x", 158) + " … " + strings.Repeat("x", 237), "FATAL: full"}
			}),
		},
		{"no pod", func(s *kubetest.Server) { s.On(http.MethodGet, kubetest.PodsPath, kubetest.List[*corev1.Pod]()) }, nil},
		{"pods that may not be read", func(s *kubetest.Server) {
			s.On(http.MethodGet, kubetest.PodsPath, kubetest.Forbidden("jo", "list", "pods", ""))
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := crashed(t)
			tt.change(s)
			require.Equal(t, tt.want, s.Client().Evidence(t.Context(), "web-4", ""))
		})
	}
}

// A kubelet that does not answer keeps nobody from saying that the run has failed.
func TestEvidenceIsNotWaitedForForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := crashed(t)
		s.On(http.MethodGet, logPath, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		began := time.Now()
		got := s.Client().Evidence(t.Context(), "web-4", "")
		require.Equal(t, 10*time.Second, time.Since(began))
		require.Equal(t, evidenceWith(func(e *evidence.Evidence) { e.Log, e.Previous = nil, false }), got)
		s.CloseClientConnections()
	})
}
