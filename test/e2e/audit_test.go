package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
)

// pluginAgent is what the plugin's user agent begins with.
const pluginAgent = "kubectl-sts/"

// audit reads, out of the API server's log, what the plugin asked for in one
// namespace.
type audit struct {
	log       string
	namespace string
	core      coreclient.CoreV1Interface
	from      int64 // where the last mark was
	asked     int
}

// request is one line of the log.
type request struct {
	Received   time.Time `json:"requestReceivedTimestamp"`
	Verb       string    `json:"verb"`
	UserAgent  string    `json:"userAgent"`
	Stage      string    `json:"stage"`
	RequestURI string    `json:"requestURI"`
	User       struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		Resource    string `json:"resource"`
		Subresource string `json:"subresource"`
		Name        string `json:"name"`
		Namespace   string `json:"namespace"`
	} `json:"objectRef"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
}

func (r request) String() string {
	return fmt.Sprintf("%s %s %s by %s: %d", r.Received.Format("15:04:05.000"), r.Verb, r.RequestURI, r.UserAgent, r.ResponseStatus.Code)
}

// write reports whether the request was meant to change something.
func (r request) write() bool {
	return slices.Contains([]string{"create", "update", "patch", "delete", "deletecollection"}, r.Verb) &&
		!strings.Contains(r.RequestURI, "dryRun=") && !strings.HasPrefix(r.ObjectRef.Resource, "selfsubject") // a question
}

// plugins are the plugin's requests since the last mark.
func (a *audit) plugins() ([]request, error) {
	// The log is written after the answer, so it is only complete up to a
	// request of our own.
	if err := a.flush(); err != nil {
		return nil, err
	}
	all, err := a.requests(a.from)
	return slices.DeleteFunc(all, func(r request) bool { return !strings.HasPrefix(r.UserAgent, pluginAgent) }), err
}

// moves are the requests that made or deleted pods, and those that were meant
// to and were refused, whoever's they are; and those that wrote events.
func (a *audit) moves() ([]request, error) {
	all, err := a.requests(0)
	return slices.DeleteFunc(all, func(r request) bool {
		switch r.ObjectRef.Resource {
		case "pods":
			return r.ObjectRef.Subresource != "" || r.Verb != "create" && !strings.HasPrefix(r.Verb, "delete")
		case "events":
			return !r.write()
		default:
			return true
		}
	}), err
}

// requests are those in the namespace that the log has from there on.
func (a *audit) requests(from int64) ([]request, error) {
	log, err := readFrom(a.log, from)
	if err != nil {
		return nil, err
	}
	var out []request
	for line := range bytes.Lines(log) {
		// A mark may stand in the middle of somebody else's line, and the last
		// one may still be being written.
		if !bytes.HasPrefix(line, []byte("{")) || !bytes.HasSuffix(line, []byte("\n")) || !bytes.Contains(line, []byte(a.namespace)) {
			continue
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("audit log: %w", err)
		}
		// A watch has two lines: when it began and when it ended.
		over := r.Stage == "ResponseComplete"
		if r.ObjectRef.Namespace == a.namespace && over != (r.Verb == "watch") {
			out = append(out, r)
		}
	}
	return out, nil
}

// flush asks for something that does not exist and waits until the log says so.
func (a *audit) flush() error {
	a.asked++
	marker := fmt.Sprintf("%s-marker-%d", a.namespace, a.asked)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, _ = a.core.ConfigMaps(a.namespace).Get(ctx, marker, metav1.GetOptions{})
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		tail, err := readFrom(a.log, a.from)
		if err != nil {
			return err
		}
		if bytes.Contains(tail, []byte(marker)) {
			tick.Stop()
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not in the audit log", marker)
		case <-tick.C:
		}
	}
}

func readFrom(name string, from int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}

// mark forgets what was asked so far.
func (a *audit) mark() error {
	if err := a.flush(); err != nil {
		return err
	}
	info, err := os.Stat(a.log)
	if err == nil {
		a.from = info.Size()
	}
	return err
}

// cmdWrites checks how many writes the plugin sent since the last mark. Those
// of a dry run change nothing and don't count.
//
//	writes NUMBER
//	writes MIN MAX
func cmdWrites(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: writes NUMBER | writes MIN MAX")
	}
	lowest, highest := number(ts, args[0]), number(ts, args[len(args)-1])
	all, err := w.audit.plugins()
	ts.Check(err)
	var sent []string
	for _, r := range all {
		if r.write() {
			sent = append(sent, r.String())
		}
	}
	if n := len(sent); n < lowest || n > highest {
		ts.Fatalf("the plugin sent %d writes, want %s:\n%s", n, strings.Join(args, " to "), strings.Join(sent, "\n"))
	}
}

// cmdReads checks that the plugin asked for nothing more often than that since
// the last mark: what is watched need not be asked for again and again.
//
//	reads MAX
func cmdReads(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: reads MAX")
	}
	all, err := w.audit.plugins()
	ts.Check(err)
	counts := map[string]int{}
	for _, r := range all {
		if !r.write() {
			counts[r.Verb+" "+r.ObjectRef.Resource]++
		}
	}
	if len(counts) == 0 && number(ts, args[0]) > 0 {
		ts.Fatalf("the plugin asked for nothing: is the user agent still %s…?", pluginAgent)
	}
	for what, n := range counts {
		if n > number(ts, args[0]) {
			ts.Fatalf("%s: %d times, want at most %s", what, n, args[0])
		}
	}
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		ts.Fatalf("%q is not a number", text)
	}
	return n
}
