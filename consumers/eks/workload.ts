/** The input of the manifest. */
export interface Workload {
  name: string;
  namespace: string;
  /** `<url>@<digest>` */
  image: string;
  port: number;
  replicas: number;
}

/** A Deployment of the image by digest, and its Service. Meets the restricted pod security standard. */
export function workloadObjects({ name, namespace, image, port, replicas }: Workload): object[] {
  const labels = { "app.kubernetes.io/name": name };
  const probe = { httpGet: { path: "/healthz", port: "http" } };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            // The application calls neither Kubernetes nor AWS.
            automountServiceAccountToken: false,
            nodeSelector: { "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" },
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name,
                image,
                ports: [{ name: "http", containerPort: port }],
                readinessProbe: probe,
                livenessProbe: { ...probe, initialDelaySeconds: 5 },
                resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels },
      spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
  ];
}
