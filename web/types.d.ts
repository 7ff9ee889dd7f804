// What the API answers, and what several modules share.

type Status = "benign" | "unclear" | "malignant";
type Access = "nobody" | "anyone" | "user" | "admin";
type Component = (props: any) => any;

interface Route {
  name: string;
  params: Record<string, string>;
}

interface User {
  id: string;
  email: string;
  first_name: string | null;
  last_name: string | null;
  role: "user" | "doctor" | "admin";
  created_at: string;
}

interface Tokens {
  token: string;
  expires_in: number;
  user: User;
}

interface Context {
  age: number | null;
  sex: "female" | "male" | null;
  body_site: string | null;
}

interface Diagnosis {
  code: string;
  name: string;
  probability: number;
}

interface Check {
  id: string;
  created_at: string;
  status: Status;
  result: string;
  probability: number;
  interval: [number, number];
  premalignant_probability: number;
  diagnoses: Diagnosis[];
  modality: "clinical" | "dermoscopic" | null;
  context: Context;
  context_used: string[];
  predictive_values: { prevalence: number; ppv: number | null; npv: number | null } | null;
  description: string;
  advice: { level: string; text: string; time_frame: string };
  quality: { measured: Record<string, number>; issues: string[] };
  region: { x: number; y: number; size: number; source: string } | null;
  review: { status: Status; previous_status: Status; created_at: string } | null;
  model: { name: string; version: string };
  notice: string;
  photo_url: string;
  heatmap_url: string;
}

interface LoginSession {
  id: string;
  device: string | null;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  current: boolean;
}

interface Estimate {
  value: number;
  interval: [number, number];
  count: number;
}

interface ModelCard {
  name: string;
  version: string;
  created: string;
  summary: string;
  intended_use: string;
  out_of_scope_uses: string[];
  performance: Record<string, any> | null;
  limitations: { title: string; text: string }[];
  notice: string;
}

interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id?: string;
  errors?: Record<string, string[]>;
  reasons?: string[];
}

/** A photo that is not sent yet, in the order in which it was taken. */
interface Waiting {
  key: string;
  user: string;
  photo: Blob;
  context: Partial<Context>;
  created: number;
  state: "waiting" | "sending" | "refused";
  problem?: ProblemBody;
}
