package canary_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

const (
	patch    = `{"spec":{"containers":[{"image":"nginx:1.22","name":"nginx"}]}}`
	manifest = `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web","namespace":"prod"},` +
		`"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:1.22"}]}}}}`
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, stdin string, args ...string) (*canary.Request, error) {
	t.Helper()
	env := &app.Env{
		Streams: term.Streams{In: strings.NewReader(stdin), Out: &strings.Builder{}, Err: &strings.Builder{}},
		Config:  &app.Config{},
	}
	return apptest.ParseIn(t, env, canary.New, args...)
}

// request is that of "canary web", with changes.
func request(changes ...func(*canary.Request)) *canary.Request {
	r := &canary.Request{
		Run:    apptest.Run(),
		Checks: apptest.Checks(),
		Name:   "web",
		Steps:  operationtest.Steps("1", "50%", "100%"),
		Soak:   30 * time.Second,
		Cause:  "kubectl sts canary web",
	}
	for _, change := range changes {
		change(r)
	}
	return r
}

// file writes a file and returns its name.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func parsed(t *testing.T, text string) *podtemplate.Manifest {
	t.Helper()
	m, err := podtemplate.ParseManifest([]byte(text))
	require.NoError(t, err)
	return m
}

func TestFlags(t *testing.T) {
	patchFile, manifestFile := file(t, patch), file(t, manifest)
	images := func(cause string, images ...podtemplate.Image) func(*canary.Request) {
		return func(r *canary.Request) { r.Images, r.Cause = images, cause }
	}
	fromManifest := func(cause string) func(*canary.Request) {
		return func(r *canary.Request) { r.Manifest, r.Namespace, r.Cause = parsed(t, manifest), "prod", cause }
	}
	tests := []struct {
		name  string
		stdin string
		args  []string
		want  *canary.Request
	}{
		{name: "a name alone", args: []string{"web"}, want: request()},
		{name: "with its type", args: []string{"sts/web"}, want: request()},
		{
			name: "an image", args: []string{"web", "--image", "nginx=nginx:1.22"},
			want: request(images("kubectl sts canary web --image nginx=nginx:1.22",
				podtemplate.Image{Container: "nginx", Image: "nginx:1.22"})),
		},
		{
			name: "images of several containers, also of all", args: []string{"web", "--image=a=x", "--image", "b=y,*=z"},
			want: request(images("kubectl sts canary web --image a=x --image b=y --image *=z",
				podtemplate.Image{Container: "a", Image: "x"}, podtemplate.Image{Container: "b", Image: "y"},
				podtemplate.Image{Container: "*", Image: "z"})),
		},
		{
			name: "a patch from a file", args: []string{"web", "--patch-file", patchFile},
			want: request(func(r *canary.Request) {
				r.Patch, r.Cause = []byte(patch), "kubectl sts canary web --patch-file "+patchFile
			}),
		},
		{
			name: "a patch from standard input", stdin: patch, args: []string{"web", "--patch-file", "-"},
			want: request(func(r *canary.Request) { r.Patch, r.Cause = []byte(patch), "kubectl sts canary web --patch-file -" }),
		},
		{
			name: "a manifest from a file, which names the set", args: []string{"-f", manifestFile},
			want: request(fromManifest("kubectl sts canary -f " + manifestFile)),
		},
		{
			name: "a manifest from standard input", stdin: manifest, args: []string{"--filename=-"},
			want: request(fromManifest("kubectl sts canary -f -")),
		},
		{
			name: "steps and a soak", args: []string{"web", "--steps", "2, 20%,50%", "--soak", "5m"},
			want: request(func(r *canary.Request) {
				r.Steps, r.Soak = operationtest.Steps("2", "20%", "50%"), 5*time.Minute
				r.Given = intent.Given{Steps: true, Soak: true}
			}),
		},
		{name: "no soak", args: []string{"web", "--soak=0"}, want: request(func(r *canary.Request) { r.Soak, r.Given.Soak = 0, true })},
		{name: "hold", args: []string{"web", "--hold"}, want: request(func(r *canary.Request) { r.Hold = true })},
		{name: "force", args: []string{"web", "--force"}, want: request(func(r *canary.Request) { r.Force = true })},
		{
			name: "rollback", args: []string{"web", "--on-failure=rollback"},
			want: request(func(r *canary.Request) { r.OnFailure = options.Rollback }),
		},
		{name: "halt", args: []string{"web", "--on-failure=halt"}, want: request(func(r *canary.Request) { r.OnFailure = options.Halt })},
		{
			name: "the flags of every run",
			args: []string{"web", "-y", "--timeout=1h", "--step-timeout=0", "--patience=1m", "--dry-run=server", "-ojson"},
			want: request(func(r *canary.Request) {
				r.Run = options.RunFlags{
					Limits: plan.Limits{Timeout: time.Hour, Patience: time.Minute, Placing: time.Minute},
					Yes:    true, DryRun: report.DryRunServer, Output: report.JSON, Preflight: options.PreflightWarn,
				}
			}),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.stdin, test.args...)
			require.NoError(t, err)
			if test.want != nil {
				// The flags alone, for a command to be copied: as in the cause, but for the name.
				_, change, _ := strings.Cut(test.want.Cause, " canary ")
				if change = strings.TrimPrefix(change, "web"); change != "" {
					test.want.Change = strings.Fields(change)
				}
			}
			require.Equal(t, test.want, got)
		})
	}
}
