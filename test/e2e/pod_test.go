package e2e

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// unshare gives a program mounts of its own: as root, or as what is root to
// itself alone. Nil where the system allows neither.
var unshare = sync.OnceValue(func() []string {
	for _, command := range [][]string{{"unshare", "--mount"}, {"unshare", "--map-root-user", "--mount"}} {
		args := append(command[1:], "mount", "-t", "tmpfs", "tmpfs", "/mnt")
		if exec.Command(command[0], args...).Run() == nil {
			return command
		}
	}
	return nil
})

// asInPod mounts what a pod's containers find of their account, where only the
// program sees it, and runs it.
const asInPod = `set -e
account=$1
shift
mount -t tmpfs tmpfs "$(readlink -f /var/run)"
mkdir -p /var/run/secrets/kubernetes.io/serviceaccount
cp "$account"/* /var/run/secrets/kubernetes.io/serviceaccount
exec "$@"`

// cmdInPod runs a program as it would run in a pod of the script's namespace:
// without a kubeconfig, as a ServiceAccount. The exit code is checked as exits
// does.
//
//	inpod ACCOUNT CODE PROGRAM ARG...
func cmdInPod(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: inpod ACCOUNT CODE PROGRAM ARG...")
	}
	if unshare() == nil {
		ts.Fatalf("this machine lets no program have mounts of its own: run the tests as root, or allow user namespaces")
	}
	p := w.inPod(ts, args[0], args[2:])
	ts.Check(p.Start())
	p.ended(ts, w)
	stdout, _ := p.Said()
	checkObjects(ts, args[2:], stdout)
	wantCode(ts, args[1], p.Cmd.ProcessState)
}

// inPod is a program that will be as in a pod.
func (w *world) inPod(ts *testscript.TestScript, account string, args []string) *process {
	home := filepath.Join(ts.Getenv("WORK"), "pod", account)
	ts.Check(w.writeAccount(account, home))
	server, err := url.Parse(w.cluster.Config.Host)
	ts.Check(err)
	p, err := newProcess(ts, w, append(append(unshare(), "sh", "-c", asInPod, "sh", home), args...))
	ts.Check(err)
	p.Cmd.Env = []string{
		"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("WORK") + "/pod", "TMPDIR=" + ts.Getenv("TMPDIR"),
		"KUBERNETES_SERVICE_HOST=" + server.Hostname(), "KUBERNETES_SERVICE_PORT=" + server.Port(),
	}
	return p
}

// writeAccount writes the files that a kubelet mounts for an account.
func (w *world) writeAccount(name, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := w.core.ServiceAccounts(w.namespace).CreateToken(ctx, name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	authority := w.cluster.Config.CAData
	if len(authority) == 0 {
		if authority, err = os.ReadFile(w.cluster.Config.CAFile); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for file, content := range map[string]string{
		"token": request.Status.Token, "ca.crt": string(authority), "namespace": w.namespace,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}
