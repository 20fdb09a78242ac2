package survey

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/inturn"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/pvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/savedset"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// namespace is what the lists have of one.
type namespace struct {
	name     string
	sets     []world.Set
	pods     []world.SetPod
	users    claims.World // of which only the users
	claims   []storage.Claim
	more     []world.Claim // of the same claims
	budgets  []policyv1.PodDisruptionBudget
	services []corev1.Service
	scalers  []claims.Scaler
	away     []sts.Snapshot // if there is no set of the name
}

func (n *namespace) add(part namespace) {
	n.sets = append(n.sets, part.sets...)
	n.pods = append(n.pods, part.pods...)
	n.users.Add(part.users)
	n.claims = append(n.claims, part.claims...)
	n.more = append(n.more, part.more...)
	n.budgets = append(n.budgets, part.budgets...)
	n.services = append(n.services, part.services...)
	n.scalers = append(n.scalers, part.scalers...)
	n.away = append(n.away, part.away...)
}

func kind() inturn.Kind[namespace] {
	return inturn.Kind[namespace]{
		New:  func(name string) namespace { return namespace{name: name} },
		Name: func(n *namespace) string { return n.name },
		Add:  func(n *namespace, part namespace) { n.add(part) },
		Size: func(n *namespace) int { return len(n.claims) },
	}
}

func (s *Survey) lists() inturn.Of[namespace] {
	return inturn.Of[namespace]{Kind: kind(), Conn: s.conn}
}

func (s *Survey) claimList() inturn.List[namespace] {
	return inturn.Reduced(kind(), string(world.PartClaims), s.conn.PersistentVolumeClaims(s.conn.Namespace).Each, nil,
		func(n *namespace, c *corev1.PersistentVolumeClaim) {
			claim := storage.ObserveClaim(c, nil)
			if len(n.claims) > 0 {
				claim = claim.Sharing(n.claims[len(n.claims)-1])
			}
			n.claims = append(n.claims, claim)
			more := world.ObserveClaim(c, claim)
			more.Name, more.Class, more.Volume = claim.Name, claim.Class, claim.Volume
			n.more = append(n.more, more)
		}).Without(s.optional(world.PartClaims))
}

// others are the lists that are never older than the claims.
func (s *Survey) others() []inturn.List[namespace] {
	return []inturn.List[namespace]{s.setList(), s.podList(), s.budgetList(), s.serviceList(), s.scalerList(), s.awayList()}
}

func (s *Survey) setList() inturn.List[namespace] {
	return inturn.Reduced(kind(), "statefulsets.apps", s.conn.StatefulSets(s.conn.Namespace).Each, nil,
		func(n *namespace, set *appsv1.StatefulSet) { n.sets = append(n.sets, world.ObserveSet(set)) }).
		InPages(transport.SetsPage)
}

func (s *Survey) podList() inturn.List[namespace] {
	return inturn.Reduced(kind(), string(world.PartPods), s.conn.Pods(s.conn.Namespace).Each, []string{
		"metadata.managedFields", "metadata.annotations", "spec.volumes.volumeSource.projected", "spec.tolerations", "spec.affinity",
		"spec.containers.env", "spec.containers.resources", "spec.containers.volumeMounts", "spec.containers.livenessProbe",
		"spec.containers.readinessProbe", "spec.containers.securityContext",
	}, func(n *namespace, pod *corev1.Pod) {
		for claim := range pvc.UsedBy(pod) {
			n.users.Use(claims.Key{Namespace: pod.Namespace, Name: claim}, pod.Name)
		}
		if own, ok := world.ObservePod(pod); ok {
			if len(n.pods) > 0 {
				own = own.Sharing(n.pods[len(n.pods)-1])
			}
			n.pods = append(n.pods, own)
		}
	}).Without(s.optional(world.PartPods))
}

func (s *Survey) budgetList() inturn.List[namespace] {
	return inturn.Reduced(kind(), string(world.PartBudgets), s.conn.PodDisruptionBudgets(s.conn.Namespace).Each,
		[]string{"metadata.managedFields", "metadata.annotations"}, func(n *namespace, b *policyv1.PodDisruptionBudget) {
			n.budgets = append(n.budgets, *b)
		}).Without(s.optional(world.PartBudgets))
}

// serviceList keeps of a Service what makes names.
func (s *Survey) serviceList() inturn.List[namespace] {
	return inturn.Reduced(kind(), string(world.PartServices), s.conn.Services(s.conn.Namespace).Each,
		[]string{"metadata.managedFields", "metadata.annotations", "spec.ports", "status"}, func(n *namespace, o *corev1.Service) {
			slim := corev1.Service{Spec: corev1.ServiceSpec{ClusterIP: o.Spec.ClusterIP, Selector: o.Spec.Selector, Type: o.Spec.Type}}
			slim.Namespace, slim.Name = o.Namespace, o.Name
			n.services = append(n.services, slim)
		}).Without(s.optional(world.PartServices))
}

func (s *Survey) scalerList() inturn.List[namespace] {
	return inturn.Reduced(kind(), string(world.PartScalers), s.conn.HorizontalPodAutoscalers(s.conn.Namespace).Each,
		[]string{"metadata.managedFields"}, func(n *namespace, a *autoscalingv2.HorizontalPodAutoscaler) {
			if set := claims.ScaledSet(a); set != "" {
				n.scalers = append(n.scalers, claims.Scaler{Namespace: a.Namespace, Set: set, Autoscaler: claims.ObserveAutoscaler(a)})
			}
		}).Without(s.optional(world.PartScalers))
}

func (s *Survey) awayList() inturn.List[namespace] {
	return inturn.Reduced(kind(), string(world.PartSaved), savedset.Of(s.conn).Each, nil, func(n *namespace, c *corev1.ConfigMap) {
		if set, ok := savedset.AwayOf(c); ok {
			n.away = append(n.away, set)
		}
	}).Without(s.optional(world.PartSaved))
}

// unused are the claims that can be deleted, by the set that they are of.
func (s *Survey) unused(n namespace, sets []world.Set) map[string][]claims.Verdict {
	w := claims.World{Users: n.users.Users, Second: n.users.Second, Scalers: n.scalers}
	for i := range sets {
		w.Sets = append(w.Sets, sts.Snapshot{Set: sets[i].Snapshot.Set, Uncountable: sets[i].Snapshot.Uncountable})
	}
	s.makers.Learn(n.claims)
	out := map[string][]claims.Verdict{}
	judge := claims.NewJudge(n.claims, claims.Options{Now: s.conn.Now(), Makers: s.makers})
	for v := range judge.Each(n.claims, w) {
		if v.Delete {
			out[v.Set] = append(out[v.Set], v)
		}
	}
	return out
}
