package witness

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
)

// Audit follows the API server's log of requests, for all namespaces that begin
// with a prefix.
type Audit struct {
	client kubernetes.Interface
	prefix string

	mu     sync.Mutex
	writes map[string][]auditlog.Request // by namespace
	marks  map[string]chan struct{}      // closed when the log has come to a marker
	asked  int
}

// markers are names of objects that do not exist.
const markers = "marker-"

// Follow begins to read the log where it ends now; it ends with the context.
func Follow(ctx context.Context, client kubernetes.Interface, log, prefix string) (*Audit, error) {
	a := &Audit{
		client: client, prefix: prefix,
		writes: map[string][]auditlog.Request{}, marks: map[string]chan struct{}{},
	}
	info, err := os.Stat(log)
	if err != nil {
		return nil, err
	}
	go func() {
		_ = auditlog.Follow(ctx, log, info.Size(), func(line string) bool { // it can be opened, and ends with the context
			a.read(line)
			return true
		})
	}()
	return a, nil
}

// read keeps a write in the namespace of what it was about; one that is about a
// volume names the namespace in its user agent.
func (a *Audit) read(line string) {
	if !strings.Contains(line, a.prefix) {
		return
	}
	r, ok, err := auditlog.Parse([]byte(line))
	if err != nil || !ok {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if name := r.ObjectRef.Name; strings.HasPrefix(name, markers) {
		if mark, ok := a.marks[name]; ok {
			close(mark)
			delete(a.marks, name)
		}
		return
	}
	namespace := r.ObjectRef.Namespace
	if _, of, tagged := strings.Cut(r.UserAgent, " run "); tagged && namespace == "" {
		namespace, _, _ = strings.Cut(of, "/")
	}
	if strings.HasPrefix(namespace, a.prefix) && r.Write() {
		a.writes[namespace] = append(a.writes[namespace], r)
	}
}

// Writes are those in a namespace up to now.
func (a *Audit) Writes(ctx context.Context, namespace string) ([]auditlog.Request, error) {
	a.mu.Lock()
	a.asked++
	marker, mark := fmt.Sprintf("%s%d", markers, a.asked), make(chan struct{})
	a.marks[marker] = mark
	a.mu.Unlock()
	// The log is written after the answer, so it is only complete up to a request of
	// our own.
	_, _ = a.client.CoreV1().ConfigMaps(namespace).Get(ctx, marker, metav1.GetOptions{})
	select {
	case <-mark:
	case <-ctx.Done():
		return nil, fmt.Errorf("%s is not in the audit log", marker)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]auditlog.Request(nil), a.writes[namespace]...), nil
}

// Forget drops what was read about a namespace.
func (a *Audit) Forget(namespace string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.writes, namespace)
}
