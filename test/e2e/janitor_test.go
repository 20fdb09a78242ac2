package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// janitorVar tells this program to be the janitor.
const janitorVar = "KUBECTL_STS_E2E_JANITOR"

// janitor is a process of its own that ends the clusters whose names it was
// told, as soon as this one ends: in good order, by a panic, by ctrl-C, by
// go test's timeout or by kill -9.
type janitor struct {
	cmd   *exec.Cmd
	names io.WriteCloser
}

func startJanitor(t *testing.T) *janitor {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self) //nolint:noctx // it has to outlive this process
	cmd.Env = append(os.Environ(), janitorVar+"=1")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // ctrl-C is not for it
	names, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	j := &janitor{cmd, names}
	t.Cleanup(func() {
		_ = j.names.Close()
		if err := j.cmd.Wait(); err != nil {
			t.Errorf("ending the clusters: %v", err)
		}
	})
	return j
}

// watch has the cluster ended later. It comes before the start: half a
// cluster has to go as well.
func (j *janitor) watch(name string) error {
	_, err := fmt.Fprintln(j.names, name)
	return err
}

// sweepUp is what the janitor does: it reads names until nobody can write any
// more, and ends the clusters.
func sweepUp(names io.Reader, stderr io.Writer) int {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	var clusters []string
	for lines := bufio.NewScanner(names); lines.Scan(); {
		clusters = append(clusters, lines.Text())
	}
	code := 0
	for _, name := range clusters {
		if err := down(name); err != nil {
			_, _ = fmt.Fprintf(stderr, "e2e: ending cluster %s: %v\n", name, err)
			code = 1
		}
	}
	return code
}

func down(name string) error {
	if !ours.MatchString(name) {
		return fmt.Errorf("cluster %q is not one of these tests'", name)
	}
	_, err := sandbox("down", "--name", name)
	return err
}

// ours are the clusters that these tests start: the number is their process.
var ours = regexp.MustCompile(`^e2e-(\d+)(-[a-z0-9]+)?$`)

func clusterName() string { return fmt.Sprintf("e2e-%d", os.Getpid()) }

// sweepOld ends what is left of runs whose janitor did not get to it, for
// instance because the machine went down.
func sweepOld() error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	dirs, err := filepath.Glob(filepath.Join(cache, "kubectl-sts", "clusters", "e2e-*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		m := ours.FindStringSubmatch(filepath.Base(dir))
		if len(m) < 2 || running(m[1]) {
			continue
		}
		if err := down(m[0]); err != nil {
			return err
		}
	}
	return nil
}

// running reports whether there is such a process, anyone's.
func running(pid string) bool {
	n, err := strconv.Atoi(pid)
	return err != nil || n <= 0 || !errors.Is(syscall.Kill(n, 0), syscall.ESRCH)
}

func TestOnlyTheClustersOfTheseTestsAreEnded(t *testing.T) {
	for _, name := range []string{"sts", "dev", "e2e", "e2e-", "e2e-try", "e2e-1x", "xe2e-1", "e2e-1-../sts", "prod"} {
		require.Error(t, down(name), name)
	}
	require.Regexp(t, ours, clusterName())
	require.Regexp(t, ours, clusterName()+"-apiserver1")
}

func TestAProcessThatRunsKeepsItsCluster(t *testing.T) {
	require.True(t, running(strconv.Itoa(os.Getpid())))
	ended := exec.CommandContext(t.Context(), "true")
	require.NoError(t, ended.Run())
	require.False(t, running(strconv.Itoa(ended.Process.Pid)))
}
