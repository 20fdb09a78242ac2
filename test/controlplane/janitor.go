package controlplane

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
)

// janitorVar tells a program to be the janitor of these clusters.
const janitorVar = "KUBECTL_STS_TEST_JANITOR"

// Clusters are those of one kind of test, whose names begin with this word and the
// number of the process that started them.
type Clusters string

// BeJanitor makes this process the janitor if it was started as that; it then ends
// in here. Programs that start a janitor call it first.
func BeJanitor() {
	if prefix := os.Getenv(janitorVar); prefix != "" {
		os.Exit(Clusters(prefix).sweepUp(os.Stdin, os.Stderr)) //nolint:revive // it is a program of its own
	}
}

// Janitor is a process of its own that ends the clusters whose names it was
// told, as soon as this one ends: in good order, by a panic, by ctrl-C, by
// go test's timeout or by kill -9.
type Janitor struct {
	cmd   *exec.Cmd
	names io.WriteCloser
}

// StartJanitor starts this program once more, as the janitor.
func (c Clusters) StartJanitor() (*Janitor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self) //nolint:noctx // it has to outlive this process
	cmd.Env = append(os.Environ(), janitorVar+"="+string(c))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // ctrl-C is not for it
	names, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &Janitor{cmd, names}, cmd.Start()
}

// Done has it end the clusters now, and waits for that.
func (j *Janitor) Done() error {
	_ = j.names.Close()
	if err := j.cmd.Wait(); err != nil {
		return fmt.Errorf("ending the clusters: %w", err)
	}
	return nil
}

// Watch has the cluster ended later. It comes before the start: half a
// cluster has to go as well.
func (j *Janitor) Watch(name string) error {
	_, err := fmt.Fprintln(j.names, name)
	return err
}

// sweepUp is what the janitor does: it reads names until nobody can write any
// more, and ends the clusters.
func (c Clusters) sweepUp(names io.Reader, stderr io.Writer) int {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	var clusters []string
	for lines := bufio.NewScanner(names); lines.Scan(); {
		clusters = append(clusters, lines.Text())
	}
	code := 0
	for _, name := range clusters {
		if err := c.Down(name); err != nil {
			_, _ = fmt.Fprintf(stderr, "ending cluster %s: %v\n", name, err)
			code = 1
		}
	}
	return code
}

// Down ends a cluster, if it is one of these.
func (c Clusters) Down(name string) error {
	if !c.ours().MatchString(name) {
		return fmt.Errorf("cluster %q is not one of these tests'", name)
	}
	_, err := Sandbox("down", "--name", name)
	return err
}

// ours are the clusters that these tests start: the number is their process.
func (c Clusters) ours() *regexp.Regexp {
	return regexp.MustCompile(`^` + regexp.QuoteMeta(string(c)) + `-(\d+)(-[a-z0-9]+)?$`)
}

// Name is that of the cluster that this process starts.
func (c Clusters) Name() string { return fmt.Sprintf("%s-%d", c, os.Getpid()) }

// SweepOld ends what is left of runs whose janitor did not get to it, for
// instance because the machine went down.
func (c Clusters) SweepOld() error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	dirs, err := filepath.Glob(filepath.Join(cache, "kubectl-sts", "clusters", string(c)+"-*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		m := c.ours().FindStringSubmatch(filepath.Base(dir))
		if len(m) < 2 || running(m[1]) {
			continue
		}
		if err := c.Down(m[0]); err != nil {
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
