package prunepvc

import (
	"slices"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// judges judge the claims of many namespaces. Each knows one, whose claims are
// read again when it is its turn, and is forgotten after that.
type judges struct {
	options claims.Options
	most    int // how many are kept: more than are needed at the same time

	mu     sync.Mutex
	known  map[string]*claims.Judge
	oldest []string // their namespaces
}

// knows reports whether there is a judge for the namespace.
func (j *judges) knows(namespace string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.known[namespace] != nil
}

// add makes a judge for the namespace, out of its claims.
func (j *judges) add(namespace string, all []storage.Claim) {
	judge := claims.NewJudge(all, j.options)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.known == nil {
		j.known = map[string]*claims.Judge{}
	}
	j.known[namespace], j.oldest = judge, append(j.oldest, namespace)
	if len(j.oldest) > j.most {
		delete(j.known, j.oldest[0])
		j.oldest = j.oldest[1:]
	}
}

// Again judges claims again, which are all of one namespace.
func (j *judges) Again(old []claims.Verdict, w claims.World) []claims.Verdict {
	if len(old) == 0 {
		return nil
	}
	j.mu.Lock()
	judge := j.known[old[0].Claim.Namespace]
	j.mu.Unlock()
	return judge.Again(slices.Clone(old), w)
}
