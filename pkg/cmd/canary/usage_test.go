package canary_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/options"
)

func TestBadUsageIsRejectedInOneLineBeforeAnythingRuns(t *testing.T) {
	two := file(t, manifest+"\n---\n"+manifest)
	none := file(t, `{"apiVersion":"v1","kind":"Service"}`)
	tests := []struct {
		name  string
		stdin string
		args  []string
		want  string
	}{
		{name: "no name", want: "which StatefulSet? give its name"},
		{name: "two names", args: []string{"web", "api"}, want: "one StatefulSet at a time, not 2: web api"},
		{name: "another kind", args: []string{"deployment/web"}, want: `"deployment/web" is not a StatefulSet`},
		{name: "steps that go down", args: []string{"web", "--steps=3,1"}, want: "--steps=3,1: step 2 (1) must be larger than step 1 (3)"},
		{
			name: "steps that stay", args: []string{"web", "--steps=50%,50%"},
			want: "--steps=50%,50%: step 2 (50%) must be larger than step 1 (50%)",
		},
		{name: "a step of no pod", args: []string{"web", "--steps=0"}, want: `--steps=0: step "0" updates no pod`},
		{name: "a step of no share", args: []string{"web", "--steps=0%,1"}, want: `--steps=0%,1: step "0%" updates no pod`},
		{name: "a negative step", args: []string{"web", "--steps=-1"}, want: `--steps=-1: step "-1" updates no pod`},
		{name: "more than all pods", args: []string{"web", "--steps=101%"}, want: `--steps=101%: step "101%" is more than all pods`},
		{
			name: "a step that is no number", args: []string{"web", "--steps=abc"},
			want: `--steps=abc: step "abc" is neither a count like 2 nor a share like 50%`,
		},
		{name: "an empty step", args: []string{"web", "--steps=1,,3"}, want: "--steps=1,,3: a step is empty"},
		{name: "no steps", args: []string{"web", "--steps="}, want: "--steps=: a step is empty"},
		{name: "a negative soak", args: []string{"web", "--soak=-1s"}, want: "--soak=-1s: must not be negative"},
		{name: "a negative timeout", args: []string{"web", "--timeout=-1s"}, want: "--timeout=-1s: must not be negative"},
		{name: "a negative step timeout", args: []string{"web", "--step-timeout=-1s"}, want: "--step-timeout=-1s: must not be negative"},
		{name: "negative patience", args: []string{"web", "--patience=-1s"}, want: "--patience=-1s: must not be negative"},
		{name: "an unknown dry run", args: []string{"web", "--dry-run=all"}, want: `--dry-run=all: must be "none", "client" or "server"`},
		{name: "an unknown format", args: []string{"web", "-o", "wide"}, want: "-o wide: must be json or yaml"},
		{name: "an unknown way to fail", args: []string{"web", "--on-failure=x"}, want: `--on-failure=x: must be "halt" or "rollback"`},
		{
			name: "hold and yes", args: []string{"web", "--hold", "--yes"},
			want: "--hold and --yes contradict each other: hold after the first step, or go on by itself?",
		},
		{
			name: "an image and a patch", args: []string{"web", "--image=a=b", "--patch-file=-"},
			want: "give one of --image, --patch-file and -f: each is the whole change",
		},
		{
			name: "an image and a manifest", args: []string{"--image=a=b", "-f", "-"},
			want: "give one of --image, --patch-file and -f: each is the whole change",
		},
		{
			name: "a manifest and a name", stdin: manifest, args: []string{"web", "-f", "-"},
			want: "give a name or -f, not both: the manifest names web",
		},
		{
			name: "a manifest with two sets", args: []string{"-f", two},
			want: "-f " + two + ": more than one StatefulSet (web and another); give a file with one",
		},
		{name: "a manifest without a set", args: []string{"-f", none}, want: "-f " + none + ": no StatefulSet in the file"},
		{name: "a manifest that is not there", args: []string{"-f", "/none"}, want: "-f: open /none: no such file or directory"},
		{
			name: "a patch that is not there", args: []string{"web", "--patch-file=/none"},
			want: "--patch-file: open /none: no such file or directory",
		},
		{name: "an empty patch", args: []string{"web", "--patch-file=-"}, want: "--patch-file -: not a patch: it holds no fields"},
		{
			name:  "a patch of more than the template",
			stdin: `{"spec":{"replicas":1,"template":{"spec":{}}}}`, args: []string{"web", "--patch-file=-"},
			want: "--patch-file -: the patch changes more than spec.template",
		},
		{name: "an image without a container", args: []string{"web", "--image=a:1"}, want: `--image: "a:1" is not CONTAINER=IMAGE`},
		{name: "a container without an image", args: []string{"web", "--image=nginx="}, want: `--image: "nginx=" is not CONTAINER=IMAGE`},
		{name: "a container that is given twice", args: []string{"web", "--image=a=x,a=y"}, want: `--image: container "a" is given twice`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.stdin, test.args...)

			require.Nil(t, got, "nothing may run")
			require.EqualError(t, err, test.want)
			var usage *options.UsageError
			require.ErrorAs(t, err, &usage)
			require.NotContains(t, strings.TrimSpace(err.Error()), "\n")
		})
	}
}
