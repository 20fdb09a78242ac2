package claims

import (
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Owner is whose a claim is as far as its deletion goes: the set with this UID and
// its pod of this name, which goes along. Each is empty where there is none.
type Owner struct {
	Set types.UID
	Pod string
}

// Protects is the one rule about what keeps a claim from every verb that would
// delete it, and says why: a person's annotation, another pod that uses it (user is
// its name, empty for none), or something else that owns it. It is empty where
// nothing does; whose name it is, and whether that may want it again, is for the
// verb to judge.
func Protects(c sts.Claim, of Owner, user string) (Class, string) {
	if c.Keep {
		return Annotated, "annotation " + sts.KeepAnnotation
	}
	if user != "" && user != of.Pod {
		return Mounted, "pod " + user + " mounts it or waits for it"
	}
	if owner, ok := c.OtherOwner(of.Set, of.Pod); ok {
		return Owned, fmt.Sprintf("it belongs to %s %s", owner.Kind, owner.Name)
	}
	return "", ""
}
