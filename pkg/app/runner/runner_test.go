package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// cluster answers what a run asks for, and keeps the writes.
type cluster struct {
	set     *appsv1.StatefulSet      // nil when it may not be read
	taken   bool                     // whether writes are
	lacks   []string                 // permissions, such as "patch statefulsets"
	denies  func(*http.Request) bool // what is answered with a 503, nil for nothing
	deletes int                      // the code of the answer to who deletes something, 0 for one that is good
	// conflicts are how many deletions come too late before one does not.
	conflicts int
	budgets   int               // the code of the answer to who asks for budgets, 0 for none
	warns     map[string]string // what is said along with every answer, by the method of the request
	mu        sync.Mutex
	writes    []string
	written   func() // called after each write that is no rehearsal, nil for nobody
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if words := c.warns[r.Method]; words != "" {
		w.Header().Set("Warning", fmt.Sprintf("299 - %q", words))
	}
	no := func(code int, message string) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message,
			"reason": map[int]string{http.StatusForbidden: "Forbidden", http.StatusNotFound: "NotFound"}[code],
		})
	}
	write := r.Method == http.MethodPatch || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/persistentvolumeclaims")
	if write {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		c.writes = append(c.writes, r.URL.Query().Get("dryRun")+" "+string(body))
		c.mu.Unlock()
		if c.written != nil && !r.URL.Query().Has("dryRun") {
			c.written()
		}
	}
	switch {
	case c.denies != nil && c.denies(r):
		no(http.StatusServiceUnavailable, "apiserver is starting")
	case r.URL.Query().Has("watch"):
		<-r.Context().Done() // nothing happens
	case strings.HasSuffix(r.URL.Path, "/selfsubjectaccessreviews"):
		c.review(w, r)
	case strings.HasSuffix(r.URL.Path, "/selfsubjectreviews"):
		_, _ = io.WriteString(w, `{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1",`+
			`"status":{"userInfo":{"username":"jo"}}}`)
	case write && !c.taken:
		no(http.StatusForbidden, "denied by policy")
	case c.conflicts > 0 && r.Method == http.MethodDelete:
		c.conflicts--
		no(http.StatusConflict, "the object has been modified")
	case c.deletes != 0 && r.Method == http.MethodDelete:
		no(c.deletes, "this is not deleted")
	case c.budgets == http.StatusForbidden && strings.HasSuffix(r.URL.Path, "/poddisruptionbudgets"):
		no(c.budgets, `User "jo" cannot list resource "poddisruptionbudgets" in API group "policy"`)
	case c.budgets != 0 && strings.HasSuffix(r.URL.Path, "/poddisruptionbudgets"):
		no(c.budgets, "no budgets today")
	case strings.HasSuffix(r.URL.Path, "/statefulsets/web") && c.set == nil:
		no(http.StatusForbidden, "not this set")
	case strings.HasSuffix(r.URL.Path, "/statefulsets/web"):
		_ = json.NewEncoder(w).Encode(c.set)
	default:
		_, _ = io.WriteString(w, `{"items":[]}`)
	}
}

// review says whether a permission is there.
func (c *cluster) review(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	allowed := true
	for _, lack := range c.lacks {
		verb, resource, _ := strings.Cut(lack, " ")
		// Protobuf has the words in it as they are.
		if strings.Contains(string(body), verb) && strings.Contains(string(body), resource) {
			allowed = false
		}
	}
	_, _ = fmt.Fprintf(w, `{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","status":{"allowed":%t}}`, allowed)
}

// runner is one whose cluster this is, and what it prints.
func (c *cluster) runner(t *testing.T, flags options.RunFlags) (r *Runner, stdout, stderr *strings.Builder) {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	client, err := kube.New(&rest.Config{Host: server.URL}, "default", func(string) {})
	require.NoError(t, err)
	stdout, stderr = &strings.Builder{}, &strings.Builder{}
	env := &app.Env{
		Streams: term.Streams{In: strings.NewReader(""), Out: stdout, Err: stderr}, Config: &app.Config{},
		Output: flags.Output, DryRun: flags.DryRun,
	}
	return &Runner{Env: env, Client: client, Flags: flags}, stdout, stderr
}

// aPlan moves the partition to 4, where it may be already, and then to 2.
func aPlan() *plan.Plan {
	p := plantest.Same(plan.Plan{
		Title: "two steps", Namespace: "default", Name: "web", UID: "web-uid", Warnings: []string{"mind\x1b[31m this"},
		Steps: []plan.Step{
			{Title: "first", Change: plan.Partition(4), Until: plan.PodsGood{From: 4}},
			{Title: "look", Until: plan.Observed{}},
			{Title: "second", Change: plan.Partition(2), Until: plan.PodsGood{From: 2}},
		},
	})
	return &p
}

const patched = `[{"op":"test","path":"/metadata/uid","value":"web-uid"},{"op":"test","path":"/metadata/generation","value":1},` +
	`{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":`

func TestDryRun(t *testing.T) {
	tests := []struct {
		name      string
		dryRun    report.DryRun
		partition int32
		writes    []string
		mark      string
	}{
		{"on the client sends nothing that writes", report.DryRunClient, 0, nil, " (dry run)"},
		{
			"on the server has every change judged", report.DryRunServer, 0,
			[]string{"All " + patched + "4}]", "All " + patched + "2}]"},
			" (server dry run)",
		},
		{
			"on the server leaves out what is done", report.DryRunServer, 4,
			[]string{"All " + patched + "2}]"},
			" (server dry run)",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := &cluster{set: ststest.Set(), taken: true}
			r, stdout, stderr := c.runner(t, options.RunFlags{DryRun: test.dryRun})

			err := r.RunCanary(t.Context(), aPlan(), ststest.Snapshot(ststest.Set(ststest.Partition(test.partition))), false)

			require.NoError(t, err)
			require.Equal(t, test.writes, c.writes)
			require.Equal(t, "warning: mind this\n", stderr.String())
			first, _, _ := strings.Cut(stdout.String(), "\n")
			require.Equal(t, "two steps"+test.mark, first)
		})
	}
}

func TestDryRunNamesTheChangeThatTheServerDoesNotTake(t *testing.T) {
	c := &cluster{set: ststest.Set()}
	r, stdout, _ := c.runner(t, options.RunFlags{DryRun: report.DryRunServer})

	_, err := r.Run(t.Context(), aPlan(), ststest.Snapshot(ststest.Set()))

	require.ErrorContains(t, err, "denied by policy")
	require.ErrorContains(t, err, plan.Partition(4).String())
	require.Empty(t, stdout.String(), "there is no plan to show")
}

func TestAllMissingPermissionsAreNamedBeforeTheFirstWrite(t *testing.T) {
	c := &cluster{set: ststest.Set(), taken: true, lacks: []string{"patch statefulsets", "delete pods"}}
	r, _, _ := c.runner(t, options.RunFlags{})
	p := aPlan()
	p.Steps[2].Replace = &plan.Replace{Mode: plan.ReplaceEach}

	_, err := r.Run(t.Context(), p, ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)))

	require.EqualError(t, err, `forbidden: user "jo" cannot patch statefulsets.apps, delete pods in namespace "default"`)
	require.True(t, kube.Denied(err))
	require.Empty(t, c.writes)
}

func TestADryRunEndsInAnOutcome(t *testing.T) {
	c := &cluster{set: ststest.Set(), taken: true}
	r, stdout, _ := c.runner(t, options.RunFlags{DryRun: report.DryRunClient, Output: report.JSON})

	require.NoError(t, r.RunCanary(t.Context(), aPlan(), ststest.Snapshot(ststest.Set()), false))

	objects := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	require.Contains(t, objects[len(objects)-1], `"type":"outcome"`)
	require.Contains(t, objects[len(objects)-1], `"dryRun":"client"`)
	require.Contains(t, objects[len(objects)-1], `"result":"done","exitCode":0`)
}

func TestARehearsalWithoutAnAnswerIsNoRefusal(t *testing.T) {
	c := &cluster{set: ststest.Set(), denies: func(r *http.Request) bool { return r.Method == http.MethodPatch }}
	r, _, _ := c.runner(t, options.RunFlags{DryRun: report.DryRunServer})
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, engine.ErrTimedOut)
	defer cancel()

	_, err := r.Run(ctx, aPlan(), ststest.Snapshot(ststest.Set()))

	require.ErrorIs(t, err, engine.ErrTimedOut)
	require.NotContains(t, err.Error(), plan.Partition(4).String(), "nobody has said anything against that")
}

// Another run may have replaced the claim since it was read, which the run sees before its
// first write.
func TestAClaimThatHasChangedSinceIsNoReasonNotToBegin(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))
	s.Claims = []storage.Claim{{Namespace: "default", Name: "data-web-4", UID: "claim", Version: "7"}}
	p := &plan.Plan{Claims: true, Steps: []plan.Step{{Replace: &plan.Replace{
		Mode: plan.ReplaceRenew, Claims: []plan.Renewal{{Name: "data-web-4", UID: "claim", Ordinal: 4}},
	}}}}
	for code, want := range map[int]string{0: "", http.StatusConflict: "", http.StatusForbidden: "this is not deleted"} {
		r, _, _ := (&cluster{set: ststest.Set(), taken: true, deletes: code}).runner(t, options.RunFlags{})
		err := r.rehearseRenewals(t.Context(), p, s)
		if want == "" {
			require.NoError(t, err, code)
			continue
		}
		require.ErrorContains(t, err, want)
	}
}

func TestOnlyForbiddenSwitchesBudgetsOff(t *testing.T) {
	for _, test := range []struct {
		name string
		code int
		want string
	}{
		{name: "forbidden", code: http.StatusForbidden},
		{name: "anything else", code: http.StatusTeapot, want: "list poddisruptionbudgets.policy: no budgets today"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &cluster{set: ststest.Set(), budgets: test.code}
			r, _, stderr := c.runner(t, options.RunFlags{})

			_, _, err := r.Load(t.Context(), "web", false)

			if test.want == "" {
				require.NoError(t, err)
				require.Contains(t, stderr.String(), "warning: no PodDisruptionBudget is respected: forbidden: user ")
				return
			}
			require.EqualError(t, err, test.want)
		})
	}
}

// What a plan says to run is called as everything else that helps.
func TestAPlannersCommandsAreShownLikeAllOthers(t *testing.T) {
	r, _, _ := (&cluster{}).runner(t, options.RunFlags{})
	s := ststest.Snapshot(ststest.Set())
	require.Equal(t, "kubectl sts status web", r.Planned(s).Caller.Sts("status", "web"))

	r.Env.ShowFor(hint.Caller{}.In("manifest"))
	require.Equal(t, "kubectl sts -n manifest status web", r.Planned(s).Caller.Sts("status", "web"))
}
