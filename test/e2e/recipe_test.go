package e2e

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
	"github.com/kubectl-sts/kubectl-sts/test/program"
)

// release is an archive as a release has it, of the program under test.
type release struct {
	mu  sync.Mutex
	url string
	sum string
}

var theRelease release

// recipeVersion is the release that the recipes install here.
const recipeVersion = "0.0.0"

// make packs the program once for all scripts.
func (r *release) make(plugin string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sum != "" {
		return nil
	}
	dir := filepath.Join(filepath.Dir(plugin), "releases")
	archive := filepath.Join(dir, "v"+recipeVersion, "kubectl-sts_"+recipeVersion+"_linux_amd64.tar.gz")
	if err := os.MkdirAll(filepath.Dir(archive), 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := controlplane.Command(ctx, "tar", "-czf", archive, "-C", filepath.Dir(plugin), "kubectl-sts"); err != nil {
		return err
	}
	content, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	r.url, r.sum = "file://"+dir, fmt.Sprintf("%x", sha256.Sum256(content))
	return nil
}

// cmdRecipe runs the shell of a job of a recipe as it stands in the file, in an
// empty directory, without the plugin in PATH: it gets it by the recipe's own
// download, from a release on this machine. The environment is what the recipe
// declares; what the script sets of it wins. With an account the job runs as in
// a pod.
//
//	recipe CODE FILE JOB [ACCOUNT]
func cmdRecipe(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 3 && len(args) != 4 {
		ts.Fatalf("usage: recipe CODE FILE JOB [ACCOUNT]")
	}
	j, err := readJob(args[1], args[2])
	ts.Check(err)
	plugin, err := program.LookPath(ts.Getenv("PATH"), "kubectl-sts")
	ts.Check(err)
	ts.Check(theRelease.make(plugin))
	dir, err := os.MkdirTemp(ts.Getenv("WORK"), "job")
	ts.Check(err)
	env := recipeEnv(ts, j, filepath.Dir(plugin))
	_ = os.Remove(ts.Getenv("GITHUB_PATH")) // of the job before
	code := "0"
	for i, step := range j.steps {
		shell := append(slices.Clone(j.shell), "-u", "-c", step)
		if added, err := os.ReadFile(ts.Getenv("GITHUB_PATH")); err == nil && ts.Getenv("GITHUB_PATH") != "" {
			env = append(env, "PATH="+strings.ReplaceAll(string(added), "\n", ":")+recipePath(ts, filepath.Dir(plugin)))
		}
		var p *process
		if len(args) == 4 {
			p = w.inPod(ts, args[3], shell)
		} else {
			p, err = newProcess(ts, w, shell)
			ts.Check(err)
		}
		if j.env["KUBECONFIG_TEXT"] != "" { // the recipe makes a file of it
			p.Cmd.Env = slices.DeleteFunc(p.Cmd.Env, func(v string) bool { return strings.HasPrefix(v, "KUBECONFIG=") })
		}
		p.Cmd.Dir, p.Cmd.Env = dir, append(p.Cmd.Env, env...)
		if i == len(j.steps)-1 {
			code = args[0]
		}
		ts.Check(p.Start())
		p.ended(ts, w)
		wantCode(ts, code, p.Cmd.ProcessState)
	}
}

// recipePath is where programs are, but for the plugin.
func recipePath(ts *testscript.TestScript, plugin string) string {
	dirs := strings.Split(ts.Getenv("PATH"), ":")
	return strings.Join(slices.DeleteFunc(dirs, func(dir string) bool { return dir == plugin }), ":")
}

// recipeEnv is what the recipe declares, with what the script says of it, and
// what the pipeline's machinery would set.
func recipeEnv(ts *testscript.TestScript, j job, plugin string) []string {
	out := []string{"PATH=" + recipePath(ts, plugin)}
	own := map[string]string{
		"KUBECTL_STS_RELEASES": theRelease.url, "KUBECTL_STS_SHA256": theRelease.sum, "KUBECTL_STS_VERSION": recipeVersion,
	}
	for name, value := range own {
		if j.env[name] == "" {
			ts.Fatalf("the recipe does not say %s", name)
		}
		if ts.Getenv(name) == "" {
			j.env[name] = value
		}
	}
	for name, value := range j.env {
		if said := ts.Getenv(name); said != "" {
			value = said
		}
		if file, ok := strings.CutPrefix(value, "@"); ok {
			value = ts.ReadFile(file)
		}
		if value == "" || strings.Contains(value, "$(") || strings.Contains(value, "{{") {
			ts.Fatalf("%s=%s: only the pipeline knows: say it in the script", name, value)
		}
		out = append(out, name+"="+value)
	}
	for _, name := range []string{"GITHUB_ACTIONS", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		if value := ts.Getenv(name); value != "" {
			out = append(out, name+"="+value)
		}
	}
	return out
}
