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

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const (
	logPath = podsPath + "/web-4/log"
)

// plain answers with text that is no object.
func plain(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, body)
	}
}

// crashed is web-4 in a crash loop, on a node that is there.
func crashed(t *testing.T) *server {
	t.Helper()
	s := newServer(t)
	t.Cleanup(s.Close)
	s.on(http.MethodGet, podsPath, list(ststest.Pod(4, ststest.Waiting("CrashLoopBackOff", "back-off"), func(p *corev1.Pod) {
		p.Status.ContainerStatuses[0].RestartCount = 2
		p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
	})))
	s.on(http.MethodGet, eventsPath, list(&corev1.Event{
		Reason: "Unhealthy", Message: "Readiness probe failed", InvolvedObject: corev1.ObjectReference{UID: "web-4-uid"},
	}))
	s.on(http.MethodGet, nodePath, object(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}}))
	s.on(http.MethodGet, logPath, plain("starting\n\x1b[31mFATAL: no config\n"))
	return s
}

// evidence is that of a crashed pod, changed.
func evidence(change func(*sts.Evidence)) *sts.Evidence {
	since := ststest.Start.Add(-time.Hour)
	e := &sts.Evidence{
		UID:       "web-4-uid",
		Container: "nginx", Image: "nginx:1.21", Node: "node-1", Since: &since, Restarts: 2, Exit: &sts.Exit{Code: 1},
		Probe: "Readiness probe failed", Log: []string{"starting", "FATAL: no config"}, Previous: true,
	}
	change(e)
	return e
}

func TestEvidenceIsReadFromPodEventsNodeAndLog(t *testing.T) {
	s := crashed(t)
	require.Equal(t, evidence(func(*sts.Evidence) {}), s.client().Evidence(t.Context(), "web-4", "nginx"))
	require.ElementsMatch(t, reads(
		"GET "+nodePath,
		"GET "+podsPath+"?fieldSelector=metadata.name=web-4",
		"GET "+logPath+"?container=nginx&previous=true&tailLines=40",
		"GET "+eventsPath+"?fieldSelector=involvedObject.kind=Pod,involvedObject.name=web-4,involvedObject.uid=web-4-uid,reason=Unhealthy",
	), s.requests())
}

func TestEvidenceThatCanNotBeReadIsLeftOut(t *testing.T) {
	tests := []struct {
		name   string
		change func(*server)
		want   *sts.Evidence
	}{
		{
			"a log that may not be read", func(s *server) { s.on(http.MethodGet, logPath, forbidden("jo", "get", "pods/log", "")) },
			evidence(func(e *sts.Evidence) { e.Log, e.Previous, e.NoLog = nil, false, true }),
		},
		{
			"events and nodes that may not be read", func(s *server) {
				s.on(http.MethodGet, eventsPath, forbidden("jo", "list", "events", ""))
				s.on(http.MethodGet, nodePath, forbidden("jo", "get", "nodes", ""))
			},
			evidence(func(e *sts.Evidence) { e.Probe = "" }),
		},
		{
			"a kubelet that has no log before", func(s *server) {
				s.on(http.MethodGet, logPath, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Query().Get("previous") == "true" {
						failure(http.StatusBadRequest, "previous terminated container not found")(w, r)
						return
					}
					plain("panic: now")(w, r)
				})
			},
			evidence(func(e *sts.Evidence) { e.Log, e.Previous = []string{"panic: now"}, false }),
		},
		{
			"a node that is lost", func(s *server) {
				s.on(http.MethodGet, nodePath, object(&corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{
					Type: corev1.NodeReady, Status: corev1.ConditionUnknown, LastTransitionTime: metav1.NewTime(ststest.Start),
				}}}}))
			},
			evidence(func(e *sts.Evidence) { at := ststest.Start; e.NodeLost = &at }),
		},
		{
			"only the end of a long log", func(s *server) {
				s.on(http.MethodGet, logPath, plain(strings.Repeat("x", 400<<10)+"\nFATAL: full\n"))
			},
			evidence(func(e *sts.Evidence) {
				e.Log = []string{strings.Repeat("x", 158) + " … " + strings.Repeat("x", 237), "FATAL: full"}
			}),
		},
		{"no pod", func(s *server) { s.on(http.MethodGet, podsPath, list[*corev1.Pod]()) }, nil},
		{"pods that may not be read", func(s *server) { s.on(http.MethodGet, podsPath, forbidden("jo", "list", "pods", "")) }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := crashed(t)
			tt.change(s)
			require.Equal(t, tt.want, s.client().Evidence(t.Context(), "web-4", ""))
		})
	}
}

// A kubelet that does not answer keeps nobody from saying that the run has failed.
func TestEvidenceIsNotWaitedForForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := crashed(t)
		s.on(http.MethodGet, logPath, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		began := time.Now()
		got := s.client().Evidence(t.Context(), "web-4", "")
		require.Equal(t, 10*time.Second, time.Since(began))
		require.Equal(t, evidence(func(e *sts.Evidence) { e.Log, e.Previous = nil, false }), got)
		s.CloseClientConnections()
	})
}
